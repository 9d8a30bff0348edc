// What the rollback needs to know; the half of it that the upgrade wrote down is read from its journal.
import * as z from 'zod'
import { inside, objectId, path, pullRequest, repository, text, version } from '../../src/actions/plan-parts.ts'

const shared = {
  clusterUid: text,
  namespace: text,
  from: version,
  to: version,
  repo: repository,
  installation: z.discriminatedUnion('style', [
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
  ]),
  /** Versions of the chart as the upgrade had them, where Flux is kept by one. */
  chart: z.strictObject({ from: version, to: version }).exactOptional(),
  baseline: z.array(
    z.strictObject({
      key: text,
      label: text,
      verdict: z.strictObject({
        state: z.enum(['ready', 'failed', 'progressing', 'suspended', 'terminating', 'static', 'unknown']),
        reason: text,
        message: text,
        since: text.exactOptional(),
        observed: z.boolean(),
        terminal: z.boolean(),
      }),
    }),
  ),
  kustomizations: z.array(objectId),
  /** Files that say the version; runs of before do not name them. */
  pins: z.array(z.object({ file: inside })).default([]),
  /** Where the change is proposed; left out, it is pushed. */
  pullRequest: pullRequest.exactOptional(),
}

/** The hop of a chain that is taken back; a run of one hop has none. */
const takenBack = z.strictObject({
  /** The release that the hop ended at. */
  to: version,
  /** What ran before it, below the folder of the upgrade, and the sum that its journal has of it. */
  manifests: inside,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Why this rollback goes no further; '' for the first hop, before which there is nothing. */
  further: text,
})

/** The part of an upgrade's plan that is read here. Parts that only the upgrade needs are left out. */
export const recordedUpgrade = z.object({
  ...shared,
  hops: z
    .array(z.object({ from: version, to: version }))
    .min(2)
    .exactOptional(),
})

export type RecordedUpgrade = z.infer<typeof recordedUpgrade>

export const planSchema = z.strictObject({
  ...shared,
  context: text,
  upgradeRun: text,
  /** Absolute folder of the upgrade run, with the manifests of before. */
  upgradeDir: path.startsWith('/'),
  hop: takenBack.exactOptional(),
  /** What became of the upgrade's commit. */
  commit: z.enum(['none', 'local', 'pushed', 'reverted']),
  /** Commit of the upgrade; null when there is none. */
  upgradeCommit: z.string().nullable(),
  timeoutMs: z.number().int().positive(),
  madeAt: text,
})

export type TakenBack = z.infer<typeof takenBack>

/** `from` is the version to take back, `to` the one to go back to. */
export type RollbackPlan = z.infer<typeof planSchema>
