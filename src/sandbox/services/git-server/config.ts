// What the git server's process is told: a 0600 file, as the password goes into no argument and no environment.
import * as z from 'zod'

export const gitServerConfig = z.object({
  port: z.number().int().min(1).max(65_535),
  root: z.string().startsWith('/'),
  faultsFile: z.string().startsWith('/'),
  passwordsFile: z.string().startsWith('/').optional(),
  user: z.string().min(1),
  password: z.string().min(1),
})

export type GitServerConfig = z.infer<typeof gitServerConfig>
