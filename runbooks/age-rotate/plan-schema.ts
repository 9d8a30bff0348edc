// What a rotation needs to know: which key, where it is, what is sealed to it. No key and no clear value is in a plan.
import * as z from 'zod'
import { inside, objectId, path, repository, text } from '../../src/actions/plan-parts.ts'
import { sealSchema } from './input.ts'

const recipient = z.string().regex(/^age1[0-9a-z]+$/)

export const planSchema = z.strictObject({
  clusterUid: text,
  context: text,
  namespace: text,
  repo: repository,
  /** GitRepositories through which this clone is applied by what decrypts with the key. */
  sources: z.array(objectId).min(1),
  old: recipient,
  /** Of the new key. */
  kind: z.enum(['x25519', 'hybrid']),
  /** Secrets that hold the old key. */
  secrets: z.array(objectId).min(1),
  /** Kustomizations that decrypt with one of them. */
  kustomizations: z.array(objectId),
  /** Of these the ones that were not Ready before: nothing can be proven of them. */
  notReady: z.array(objectId),
  /** Files that are sealed to the old key. */
  files: z.array(inside).min(1),
  /** Of these the ones that get their new data key from sops. */
  bySops: z.array(inside),
  /** Of these the ones that hold the old key itself. */
  keyFiles: z.array(inside),
  /** `.sops.yaml` that name the old recipient. */
  rules: z.array(inside),
  /** What the old key opened, by file: names alone. Only of a key that is compromised. */
  values: z.array(z.strictObject({ file: inside, object: text, names: z.array(text) })),
  seal: sealSchema,
  out: path.startsWith('/'),
  sheet: z.boolean(),
  tool: text,
  compromised: z.boolean(),
  /** RFC 3339; null where nobody asked for it. */
  keepOldUntil: z.iso.datetime({ offset: true }).nullable(),
  timeoutMs: z.int().positive(),
  madeAt: text,
})

export type RotatePlan = z.infer<typeof planSchema>
