// What a person asks for; everything else is found out.
import * as z from 'zod'
import { FORGES } from '../../src/actions/forge.ts'

const recipient = z
  .string()
  .max(4096)
  .regex(/^(age1|ssh-(ed25519|rsa) )/, 'an age recipient starts with age1, ssh-ed25519 or ssh-rsa')

export const inputSchema = z.strictObject({
  /** Version of Flux to go to, with or without `v`; '' to take it from the pins of a pull request. */
  to: z.string().max(40),
  /** The clone is that of a pull request: it is checked and planned for review, nothing is carried out. */
  ci: z.boolean().exactOptional(),
  /** Branch that the pull request goes to; found out where the cluster follows one only. */
  base: z
    .string()
    .max(250)
    .regex(/^[^-\s][^\s]*$/, 'is no name of a branch')
    .exactOptional(),
  /** Absolute path of a folder inside the clone that the cluster syncs. */
  repo: z.string().min(1).max(4096).startsWith('/', 'an absolute path is needed'),
  /** Secrets of Flux' namespace are backed up only when they can be sealed to somebody. */
  backupRecipients: z.array(recipient).max(50).default([]),
  /** Stops on the way that a person wants; the planner adds what is missing between them. */
  via: z.array(z.string().min(1).max(40)).max(10).default([]),
  /** Version of the Helm chart that holds the target, where it cannot be looked up. */
  chartVersion: z
    .string()
    .max(60)
    .regex(/^\d+\.\d+\.\d+[0-9A-Za-z.+-]*$/, 'is no version of a chart')
    .exactOptional(),
  /** What rewrites the objects of the cluster that are stored in old API versions; ours where nothing is said. */
  migrateWith: z.enum(['flux-ops', 'flux']).exactOptional(),
  /** The change is proposed as a pull request; left out, the forge is known by the remote's address or by asking it. */
  pullRequest: z
    .strictObject({
      forge: z.enum(FORGES).exactOptional(),
      url: z
        .url({ protocol: /^https?$/ })
        .max(2000)
        .exactOptional(),
    })
    .exactOptional(),
  /** How long any one wait may take, in seconds. */
  timeoutSeconds: z.number().int().min(10).max(7200).default(300),
})

/** As the checks and the plan get it; `via` may be left out by who calls them. */
export type UpgradeInput = Omit<z.infer<typeof inputSchema>, 'via'> & { readonly via?: readonly string[] | undefined }
