// What is let go, in which order, and how each was suspended.
import * as z from 'zod'
import { text } from '../../src/actions/plan-parts.ts'
import { targetSchema } from '../../src/actions/suspension/target.ts'

export const planSchema = z.strictObject({
  clusterUid: text,
  context: text,
  namespace: text,
  operator: text,
  once: z.boolean(),
  /** Each is let go in one of them, and proven in it or a later one. `Kind namespace/name`. */
  layers: z.array(z.strictObject({ resume: z.array(text), prove: z.array(text) })).min(1),
  targets: z.array(targetSchema).min(1),
  timeoutMs: z.number().int().positive(),
  madeAt: text,
})

export type ResumePlan = z.infer<typeof planSchema>
