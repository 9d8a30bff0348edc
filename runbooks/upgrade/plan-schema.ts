// The plan as data: journaled, saved to a file, read back. Nothing in it is ever a secret.
import * as z from 'zod'
import { inside, objectId, pullRequest, repository, text, version } from '../../src/actions/plan-parts.ts'

/** What installFlags gives: a plan file brings in no other flag of `flux install`, which without --export would install. */
const gotkFlag = text.regex(
  /^--(components|namespace|registry|image-pull-secret|network-policy|watch-all-namespaces|log-level|cluster-domain|toleration-keys)=/,
)

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
  z.strictObject({
    style: z.literal('operator'),
    instance: objectId,
    appliers: z.array(z.strictObject({ kind: z.enum(['Kustomization', 'HelmRelease']), id: objectId })).min(1),
  }),
  z.strictObject({
    style: z.literal('helm'),
    release: objectId,
    source: z.strictObject({ kind: z.enum(['OCIRepository', 'HelmRepository']), id: objectId }),
    appliers: z.array(z.strictObject({ kind: z.enum(['Kustomization', 'HelmRelease']), id: objectId })).min(1),
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
  kind: z.enum(['kustomize-remote', 'oci-tag', 'gotk-components', 'flux-instance', 'helm-chart']),
  file: inside,
  line: z.number().int().positive(),
  column: z.number().int().positive(),
  endColumn: z.number().int().positive(),
  text,
  version,
  /** What is written, where that is not the version of Flux. */
  to: version.exactOptional(),
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

const promotions = z.array(z.strictObject({ crd: text, to: text, lowest: text.exactOptional() }))
const migrate = z.strictObject({ paths: z.array(inside), changes: z.array(fileChange) })

/** One hop of a chain: what of the plan is different from hop to hop. */
const hop = z.strictObject({
  from: version,
  to: version,
  why: text,
  warnings: z.array(text),
  /** What the API server needs before it takes the CRDs of `to`; the step looks again when it is its turn. */
  migrateBefore: z.array(z.strictObject({ crd: text, drops: z.array(text), to: text })),
  migrate,
  /** As they stand before this hop. */
  pins: z.array(pin),
  promotions,
})

const fact = z.strictObject({
  id: text,
  minor: text,
  severity: z.enum(['note', 'warning', 'error']),
  title: text,
  breaks: text,
  fix: text,
  source: text,
  /** How many objects it concerns; the first of them are in `objects`. */
  count: z.number().int().nonnegative(),
  objects: z.array(z.strictObject({ where: text, what: text })),
  unknown: text.exactOptional(),
})

export type PlannedFact = z.infer<typeof fact>

export const planSchema = z.strictObject({
  /** Made of a pull request with --ci: read, never carried out. */
  forReview: z.literal(true).exactOptional(),
  clusterUid: text,
  context: text,
  namespace: text,
  from: version,
  to: version,
  repo: repository,
  installation,
  /** Versions of the chart, where Flux is kept by one. */
  chart: z.strictObject({ from: version, to: version }).exactOptional(),
  /** Folders and files of the repository that the cluster applies. */
  tree: z.array(inside),
  /** Of those, what is rewritten; of a chain in all of its hops. */
  migrate,
  /** Findings that were there and that nobody migrates (waived): a replay after a lost race is not stopped by them. */
  unmigrated: z.array(text),
  pins: z.array(pin),
  /** Flags for `flux install --export`; null for the pin style. */
  gotkFlags: z.array(gotkFlag).nullable(),
  storage: z.array(migrationNeed),
  /** status.storedVersions of every CRD of Flux when the plan was made; plans of before do not have it. */
  stored: z.record(text, z.array(text)).exactOptional(),
  /** `flux`: by the flux CLI; plans of before do not have it. */
  migrateWith: z.literal('flux').exactOptional(),
  promotions,
  why: text,
  baseline,
  kustomizations: z.array(objectId),
  recipients: z.array(text),
  secrets: z.boolean(),
  crdCount: z.number().int(),
  /** Components whose Deployments run; plans of before do not have it. */
  controllers: z.array(text).exactOptional(),
  /** Of a chain, two or more; one hop has none. `from` and `to` are then the ends of the chain. */
  hops: z.array(hop).min(2).max(20).exactOptional(),
  /** What the releases on the way change for objects of this cluster; plans of before have neither. */
  facts: z.array(fact).exactOptional(),
  otherFacts: z.number().int().nonnegative().exactOptional(),
  /** Where the change is proposed; left out, it is pushed. */
  pullRequest: pullRequest.exactOptional(),
  timeoutMs: z.number().int().positive(),
  madeAt: text,
})

/** A hop of a chain, as its steps see it: see legs.ts. */
export interface Leg {
  /** Ends the ids of its steps: `2-7-3`. */
  readonly key: string
  /** Of the hop before; undefined for the first. */
  readonly previous: string | undefined
  /** Releases of the chain behind this hop's. */
  readonly later: readonly string[]
}

/** `leg` is never in a file or a journal: it is there while the steps of one hop look at the plan. */
export type UpgradePlan = z.infer<typeof planSchema> & { readonly leg?: Leg }
export type PlannedHop = z.infer<typeof hop>
export type PlannedPin = z.infer<typeof pin>
