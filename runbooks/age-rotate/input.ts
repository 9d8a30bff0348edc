import * as z from 'zod'

const path = z.string().min(1).max(4096)
const recipient = z.string().min(4).max(8192)

/** What the backup of the new key is sealed to. A passphrase stays in its file: here is only where that is. */
export const sealSchema = z.discriminatedUnion('how', [
  z.strictObject({ how: z.literal('recipients'), to: z.array(recipient).min(1).max(100), identities: z.array(path).max(20).default([]) }),
  z.strictObject({ how: z.literal('passphrase'), file: path }),
  z.strictObject({ how: z.literal('shares'), threshold: z.int().min(2).max(255), count: z.int().min(2).max(255) }),
])

export const inputSchema = z.strictObject({
  /** Absolute folder in the clone. */
  repo: path,
  /** Recipient of the key to be replaced; left out where only one can be meant. */
  old: recipient.exactOptional(),
  /** Left out: of the kind that the old one is. */
  postQuantum: z.boolean().exactOptional(),
  /** The old key is in other hands: what it opened is told as well. */
  compromised: z.boolean().default(false),
  /** RFC 3339: until then the old key stays in the cluster. */
  keepOldUntil: z.iso.datetime({ offset: true }).exactOptional(),
  seal: sealSchema,
  /** Absolute folder for the backup. */
  out: path,
  /** A page to print beside each part of the backup. */
  sheet: z.boolean().default(false),
  /** Version that writes the backup. */
  tool: z.string().max(100).default(''),
  /** How long any one wait may take, in seconds. */
  timeoutSeconds: z.int().min(10).max(7200).default(600),
})

export type RotateInput = z.infer<typeof inputSchema>
