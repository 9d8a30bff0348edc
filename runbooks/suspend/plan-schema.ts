// What is to be suspended, and what its annotations are to say.
import * as z from 'zod'
import { text } from '../../src/actions/plan-parts.ts'
import { targetSchema } from '../../src/actions/suspension/target.ts'

export const planSchema = z.strictObject({
  clusterUid: text,
  context: text,
  namespace: text,
  owner: text,
  reason: text,
  /** RFC 3339; null: until somebody resumes it. */
  until: text.nullable(),
  targets: z.array(targetSchema).min(1),
  madeAt: text,
})

export type SuspendPlan = z.infer<typeof planSchema>
