import * as z from 'zod'
import { REMEDIES } from '../../src/diagnosis/remedy.ts'

/** `Kind namespace/name`, as a diagnosis has it. */
const label = z
  .string()
  .max(700)
  .regex(/^[A-Za-z]+ [^\s/]+(\/[^\s/]+)?$/, 'an object is named as Kind namespace/name')

const remedy = z.enum(REMEDIES)

export const choiceSchema = z.strictObject({ object: label, does: remedy })

export type Choice = z.infer<typeof choiceSchema>

export const inputSchema = z.strictObject({
  /** The cause to be dealt with: `Kind namespace/name`, or `Kind name` where only one has it. */
  object: label.exactOptional(),
  /** Its number in the list instead. */
  cause: z.int().min(1).max(100_000).exactOptional(),
  /** Everything that is safe, and nothing else. */
  onlySafe: z.boolean().default(false),
  /** Another remedy than the safe one. */
  with: remedy.exactOptional(),
  /** The object's name, typed by a person: what can harm is not done without. */
  confirmed: z.string().max(700).exactOptional(),
  /** SHA256:… of a host key, as its provider publishes it. */
  fingerprint: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'a fingerprint reads SHA256: and 43 characters, as ssh-keygen -l prints it')
    .exactOptional(),
  /** How long the proof may take, in seconds. */
  timeoutSeconds: z.int().min(10).max(7200).default(180),
  /** Filled in once the cluster was looked at: what is done. */
  chosen: z.array(choiceSchema).max(10_000).exactOptional(),
})

export type RecoverInput = z.infer<typeof inputSchema>
