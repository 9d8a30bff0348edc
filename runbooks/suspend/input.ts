import * as z from 'zod'
import { selectionParts } from '../../src/actions/suspension/choose.ts'

const line = z
  .string()
  .trim()
  .min(1)
  .regex(/^[^\p{Cc}]*$/u, 'is one line')

export const inputSchema = z.strictObject({
  ...selectionParts,
  /** Why; whoever finds it suspended reads it. */
  reason: line.max(500),
  /** Who answers for it; left out, whoever runs this. */
  owner: line.max(200).exactOptional(),
  /** RFC 3339. Nothing resumes by itself then: it is told as expired. */
  until: z.iso.datetime({ offset: true }).exactOptional(),
})

export type SuspendInput = z.infer<typeof inputSchema>
