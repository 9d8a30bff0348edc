import * as z from 'zod'
import { clusterFileSchema } from '../../src/cluster-file/schema.ts'
import { forFluxSchema, forgeSchema, reachSchema } from './input.ts'

export const planSchema = z.strictObject({
  clusterUid: z.string(),
  context: z.string(),
  kubernetes: z.string(),
  file: clusterFileSchema,
  access: reachSchema.nullable(),
  forFlux: forFluxSchema.nullable(),
  forge: forgeSchema.nullable(),
  knownHosts: z.array(z.string()),
  repo: z.strictObject({
    root: z.string(),
    /** '' where the repository has no commit yet. */
    head: z.string(),
    remote: z.string(),
    branch: z.string(),
    url: z.string(),
    source: z.string(),
  }),
  /** Where the change is proposed; null where it is not. */
  pullRequest: z.strictObject({ kind: z.enum(['gitea', 'github', 'gitlab']), url: z.string(), path: z.string() }).nullable(),
  /** Folders that are rendered: what Flux itself is, and what it follows. */
  folders: z.strictObject({ install: z.string(), sync: z.string() }),
  /** Of `flux install`. */
  flags: z.array(z.string()),
  /** What is written, each whole. gotk-components.yaml is made again where it is written: its sum is here. */
  files: z.array(z.strictObject({ path: z.string(), text: z.string(), why: z.string(), seal: z.boolean() })),
  /** Recipient that stands in `files` for that of the key which the run makes; null where that is known. */
  standIn: z.string().nullable(),
  components: z.strictObject({ path: z.string(), sha256: z.string(), isThere: z.boolean() }).nullable(),
  /** With style operator. `sha256`: of its manifests as published; null where it runs already. */
  operator: z
    .strictObject({ version: z.string(), registry: z.string(), artifact: z.string(), insecure: z.boolean(), sha256: z.string().nullable() })
    .nullable(),
  advice: z.array(z.string()),
  /** What is in the cluster already. */
  there: z.array(z.string()),
  tool: z.string(),
  timeoutMs: z.int(),
  madeAt: z.string(),
})

export type BootstrapPlan = z.infer<typeof planSchema>
