import * as z from 'zod'
import { headerSchema, PARTS } from '../../src/flux/installation/content.ts'
import { inputSchema } from './input.ts'

const label = z.string().max(1024)

export const planSchema = z.strictObject({
  clusterUid: z.string(),
  context: z.string(),
  kubernetes: z.string(),
  namespace: z.string(),
  input: inputSchema,
  /** Hex, of the sealed file: another one is not this plan's. */
  sha256: z.string(),
  header: headerSchema,
  /** Labels of what is made, by part. */
  made: z.record(z.enum(PARTS), z.array(label)),
  /** Labels of what is in the cluster already, and stays. */
  there: z.array(label),
  madeAt: z.string(),
})

export type RestorePlan = z.infer<typeof planSchema>
