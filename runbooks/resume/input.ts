import * as z from 'zod'
import { selectionParts } from '../../src/actions/suspension/choose.ts'

export const inputSchema = z.strictObject({
  ...selectionParts,
  /** Of the choice only what is past its end. */
  expired: z.boolean().default(false),
  /** Of the choice only what this person has suspended. */
  owner: z.string().trim().min(1).max(200).exactOptional(),
  /** Let go, proven, and suspended again as it was. */
  once: z.boolean().default(false),
  /** How long any one layer may take, in seconds. */
  timeoutSeconds: z.number().int().min(10).max(7200).default(300),
})

export type ResumeInput = z.infer<typeof inputSchema>
