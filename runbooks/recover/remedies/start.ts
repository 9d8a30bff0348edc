// A controller that was scaled to 0 runs again.
import type { KubeObject } from '../../../src/ports/kube.ts'
import { type Doing, mustBeThere, patchAt, readAt, waiting, well } from './remedy.ts'

const scaledTo = (object: KubeObject | undefined): number => object?.spec?.replicas ?? 1

export const start: Doing = {
  title: (fix) => `start ${fix.object}`,
  why: () => 'nothing of its kinds is reconciled without it',
  details: async (_ctx, { fix }) => ({ ...fix, replicas: 1 }),
  preview: (fix) => [`patch ${fix.object} spec.replicas=${fix.replicas}`],
  isDone: async (ctx, { at }) => {
    const object = await readAt(ctx, at)
    return object !== undefined && scaledTo(object) > 0
  },
  run: async (ctx, { at, replicas = 1 }) => {
    // Somebody may have been faster.
    if (scaledTo(await mustBeThere(ctx, at)) === 0) await patchAt(ctx, at, { spec: { replicas } })
    return { replicas }
  },
  undo: async (ctx, { at, replicas = 1 }) => {
    const object = await readAt(ctx, at)
    if (object !== undefined && scaledTo(object) === replicas) await patchAt(ctx, at, { spec: { replicas: 0 } })
  },
  undoPreview: (fix) => [`patch ${fix.object} spec.replicas=0`],
  proof: async (ctx, { at }) => {
    const { metadata, spec, status } = await mustBeThere(ctx, at)
    const seen = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
    const available = status?.availableReplicas ?? 0
    const wanted = spec?.replicas ?? 1
    return seen && wanted > 0 && available >= wanted ? well : waiting(`${available} of ${wanted} pods available`)
  },
}
