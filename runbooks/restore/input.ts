import * as z from 'zod'

const path = z.string().min(1).max(4096)

export const inputSchema = z.strictObject({
  /** Absolute path of the sealed file. */
  backup: path,
  /** Absolute paths of key files that open it. */
  identities: z.array(path).max(100),
  /** Variable with the passphrase that opens it; null where keys do. */
  passphraseEnv: z.string().max(253).nullable(),
  /** Wait for a person before anything is let go. */
  waitForData: z.boolean(),
  /** How long each layer may take. */
  timeoutSeconds: z.int().min(1).max(86_400),
})

export type RestoreInput = z.infer<typeof inputSchema>
