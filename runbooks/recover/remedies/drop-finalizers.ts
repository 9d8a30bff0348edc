// What was deleted and is held by a finalizer goes, and what its controller would have cleaned up stays behind.
import { refusal } from '../../../src/errors.ts'
import { inventoryOf } from '../../../src/flux/inventories.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { type Doing, patchAt, readAt, waiting, well } from './remedy.ts'

const finalizersOf = (object: KubeObject | undefined): readonly string[] => object?.metadata.finalizers ?? []

const behind = (leaves: number | undefined): string =>
  leaves === undefined || leaves === 0
    ? 'what it has applied or installed stays behind'
    : `${leaves} objects that it has applied stay behind`

export const dropFinalizers: Doing = {
  title: (fix) => `take the finalizers off ${fix.object}`,
  why: (fix) => `it was deleted and does not go; ${behind(fix.leaves)}`,
  details: async (_ctx, { fix, object }) => {
    if (object.metadata.deletionTimestamp === undefined)
      throw refusal('not-deleted', `${fix.object} is not being deleted: its finalizers stay`, 'flux-ops recover')
    const all = finalizersOf(object)
    // What Flux has to do is done where only others are left.
    const flux = all.filter((one) => one.includes('fluxcd.io'))
    const { prune = false, deletionPolicy } = object.spec ?? {}
    const prunes = object.kind !== 'Kustomization' || prune === true || deletionPolicy === 'Delete'
    return { ...fix, finalizers: flux.length > 0 ? flux : [...all], leaves: flux.length > 0 && prunes ? inventoryOf([object]).length : 0 }
  },
  preview: (fix) => [`patch ${fix.object} metadata.finalizers without ${fix.finalizers?.join(', ')}`],
  isDone: async (ctx, { at, finalizers = [] }) => {
    const object = await readAt(ctx, at)
    return object === undefined || !finalizersOf(object).some((one) => finalizers.includes(one))
  },
  run: async (ctx, { at, finalizers = [] }) => {
    const object = await readAt(ctx, at)
    if (object === undefined) return { gone: true }
    const left = finalizersOf(object).filter((one) => !finalizers.includes(one))
    // Whoever has changed it meanwhile is not overridden.
    await patchAt(ctx, at, { metadata: { finalizers: left, resourceVersion: object.metadata.resourceVersion } })
    return { taken: [...finalizers] }
  },
  pointOfNoReturn: (fix) => `${fix.object} goes for good; ${behind(fix.leaves)}, and nobody prunes it any more`,
  proof: async (ctx, { at }) => {
    const object = await readAt(ctx, at)
    return object === undefined ? well : waiting(`still there, held by ${finalizersOf(object).join(', ') || 'nobody'}`)
  },
}
