// The move as data: what the FluxInstance says, what is different under the operator, which files leave and which come.
import * as z from 'zod'
import { inside, objectId, repository, text, version } from '../../src/actions/plan-parts.ts'

const verdict = z.strictObject({
  state: z.enum(['ready', 'failed', 'progressing', 'suspended', 'terminating', 'static', 'unknown']),
  reason: text,
  message: text,
  since: text.exactOptional(),
  observed: z.boolean(),
  terminal: z.boolean(),
})

/** As JSON where it is no text; null: not there. */
const value = text.nullable()

const difference = z.strictObject({
  object: text,
  path: text,
  now: value,
  under: value,
  reason: z.enum(['operator', 'kept', 'lost', 'asked']),
})

/** A field that a patch of the repository sets as well as a flag, which counts. */
const overruled = z.strictObject({ object: text, path: text, patch: value, flag: value })

export type Overruled = z.infer<typeof overruled>

export type PlannedDifference = z.infer<typeof difference>

export const planSchema = z.strictObject({
  clusterUid: text,
  context: text,
  namespace: text,
  /** Release of Flux that runs; it stays. */
  version,
  style: z.enum(['bootstrap', 'pin']),
  repo: repository,
  /** Kustomization that applies Flux now. */
  owner: objectId,
  /** It is no part of the FluxInstance and is held meanwhile. */
  ownerLeaves: z.boolean(),
  /** OCIRepository that Flux applies itself from; null with flux bootstrap. */
  self: objectId.nullable(),
  /** What the old files make and the Kustomization has applied. */
  old: z.array(z.strictObject({ kind: text, group: text, version: text, namespace: text.exactOptional(), name: text })).min(1),
  instance: z.strictObject({ id: objectId, manifest: text }),
  operator: z.strictObject({ version, chart: text, manifest: text, monitors: z.boolean() }),
  /** Patches of the repository that stand in the FluxInstance: what they are for. */
  carried: z.array(text),
  /** Patches that are for nothing that the operator makes. */
  dropped: z.array(text),
  differences: z.array(difference),
  overruled: z.array(overruled),
  /** What the operator's manifests were taken from for them. */
  comparedWith: text,
  files: z.array(z.strictObject({ path: inside, text: text.nullable() })).min(1),
  baseline: z.array(z.strictObject({ key: text, label: text, verdict })),
  /** Kustomizations that apply folders of the repository, and stay. */
  kustomizations: z.array(objectId),
  timeoutMs: z.int().positive(),
  madeAt: text,
})

export type MovePlan = z.infer<typeof planSchema>
