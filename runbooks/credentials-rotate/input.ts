import * as z from 'zod'
import { objectId } from '../../src/actions/plan-parts.ts'
import { ALGORITHMS } from '../../src/ssh/generate.ts'

const path = z.string().min(1).max(4096)
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,255}$/)

/** Where the new credential comes from. No secret: a key or a token stays in its file or variable until the run takes it into the cluster. */
export const nextSchema = z.discriminatedUnion('how', [
  /** `algorithm` null: that of the old key. */
  z.strictObject({ how: z.literal('generate'), algorithm: z.enum(ALGORITHMS).nullable() }),
  /** Absolute path. */
  z.strictObject({ how: z.literal('key-file'), path, passphraseEnv: variable.nullable() }),
  /** One of `env` and `file`. `username` null: that of the old one. */
  z.strictObject({ how: z.literal('token'), env: variable.nullable(), file: path.nullable(), username: z.string().max(255).nullable() }),
])

export const inputSchema = z.strictObject({
  /** GitRepository whose Secret is meant. */
  source: objectId.exactOptional(),
  secret: objectId.exactOptional(),
  /** Absolute folder, in a clone or not. */
  repo: path,
  /** Somebody has typed it: it has to be a clone. */
  repoNamed: z.boolean().default(false),
  next: nextSchema.exactOptional(),
  /** The old credential stays at the server. */
  keepOld: z.boolean().default(false),
  /** How long any one wait may take, in seconds. */
  timeoutSeconds: z.int().min(10).max(7200).default(300),
})

export type CredentialsInput = z.infer<typeof inputSchema>
export type Next = z.infer<typeof nextSchema>
