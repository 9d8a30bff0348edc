import * as z from 'zod'

export const inputSchema = z.strictObject({
  /** Id of the upgrade run to take back. */
  run: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[\w.-]+$/, 'a run id holds letters, digits, dots and dashes'),
  /** Whether the revert is proposed as a pull request; left out, as the upgrade was. */
  pullRequest: z.boolean().exactOptional(),
  /** How long any one wait may take, in seconds. */
  timeoutSeconds: z.number().int().min(10).max(7200).default(300),
})

export type RollbackInput = z.infer<typeof inputSchema>
