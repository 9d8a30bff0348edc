// The plan as data: journaled, saved to a file, read back. Nothing in it is ever a secret.
import { z } from 'zod'

const text = z.string().max(100_000)
const path = z.string().max(4096)

/** A path below the repository's root: nothing that leaves it and nothing a tool could take for a flag. */
const inside = path.refine(
  (value) => !value.startsWith('/') && !value.startsWith('-') && !value.split('/').includes('..'),
  'leaves the repository',
)

const version = z.string().regex(/^\d+\.\d+\.\d+[0-9A-Za-z.+-]*$/)
const refName = z.string().regex(/^[^-\s][^\s]*$/)
const objectId = z.string().regex(/^[^\s/]+\/[^\s/]+$/)

const repository = z.strictObject({
  root: path.startsWith('/'),
  head: z.string().regex(/^[0-9a-f]{40,64}$/),
  remote: refName,
  branch: refName,
  url: text,
  source: objectId,
})

const installation = z.discriminatedUnion('style', [
  z.strictObject({
    style: z.literal('bootstrap'),
    folder: inside,
    components: inside,
    sync: inside,
    kustomization: inside.nullable(),
    owner: objectId,
  }),
  z.strictObject({
    style: z.literal('pin'),
    bases: z.array(inside),
    self: z.strictObject({ source: objectId, kustomization: objectId }).nullable(),
  }),
])

export const verdictSchema = z.strictObject({
  state: z.enum(['ready', 'failed', 'progressing', 'suspended', 'terminating', 'static', 'unknown']),
  reason: text,
  message: text,
  since: text.exactOptional(),
  observed: z.boolean(),
  terminal: z.boolean(),
})

const baseline = z.array(z.strictObject({ key: text, label: text, verdict: verdictSchema }))

const pin = z.strictObject({
  kind: z.enum(['kustomize-remote', 'oci-tag', 'gotk-components']),
  file: inside,
  line: z.number().int().positive(),
  column: z.number().int().positive(),
  endColumn: z.number().int().positive(),
  text,
  version,
})

const fileChange = z.strictObject({ file: inside, line: z.number().int().positive(), kind: text, from: text, to: text })

const migrationNeed = z.strictObject({
  crd: text,
  kind: text,
  to: text,
  drops: z.array(text),
  stale: z.array(text),
  objects: z.number().int(),
})

export const planSchema = z.strictObject({
  clusterUid: text,
  context: text,
  namespace: text,
  from: version,
  to: version,
  repo: repository,
  installation,
  /** Folders and files of the repository that the cluster applies. */
  tree: z.array(inside),
  /** Of those, what the flux CLI rewrites. */
  migrate: z.strictObject({ paths: z.array(inside), changes: z.array(fileChange) }),
  /** Findings that were there and that nobody migrates (waived): a replay after a lost race is not stopped by them. */
  unmigrated: z.array(text),
  pins: z.array(pin),
  /** Flags for `flux install --export`; null for the pin style. */
  gotkFlags: z.array(text).nullable(),
  storage: z.array(migrationNeed),
  promotions: z.array(z.strictObject({ crd: text, to: text, lowest: text.exactOptional() })),
  why: text,
  baseline,
  kustomizations: z.array(objectId),
  recipients: z.array(text),
  secrets: z.boolean(),
  crdCount: z.number().int(),
  /** Components whose Deployments run; plans of before do not have it. */
  controllers: z.array(text).exactOptional(),
  timeoutMs: z.number().int().positive(),
  madeAt: text,
})

export type UpgradePlan = z.infer<typeof planSchema>
