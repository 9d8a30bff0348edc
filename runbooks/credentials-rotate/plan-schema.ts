// What a rotation needs to know. Nothing secret: fingerprints, names of variables, paths.
import * as z from 'zod'
import { inside, objectId, repository, text } from '../../src/actions/plan-parts.ts'
import { KINDS } from './credential.ts'
import { nextSchema } from './input.ts'

const url = z
  .string()
  .regex(/^(ssh|https?):\/\/[^\s]+$/)
  .max(4096)

export const planSchema = z.strictObject({
  clusterUid: text,
  context: text,
  namespace: text,
  secret: objectId,
  kind: z.enum(KINDS),
  /** How a person tells the old credential. */
  old: text,
  next: nextSchema,
  /** GitRepositories that read the Secret. */
  sources: z.array(z.strictObject({ id: objectId, url, suspended: z.boolean() })).min(1),
  /** `ImageUpdateAutomation namespace/name`: what pushes with it. */
  pushing: z.array(z.strictObject({ where: text, url })),
  /** Other objects that name it, for a reader. */
  alsoNamedBy: z.array(text),
  /** The sealed copies of the Secret in git; null where none is known. */
  sealed: z.strictObject({ repo: repository, files: z.array(inside).min(1) }).nullable(),
  /** Kustomization that applies the Secret from there; null where nobody does. */
  managedBy: objectId.nullable(),
  keepOld: z.boolean(),
  timeoutMs: z.int().positive(),
  madeAt: text,
})

export type CredentialsPlan = z.infer<typeof planSchema>
