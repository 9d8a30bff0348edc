// While Flux itself is being taken back, what applies it (a Kustomization, or the HelmRelease of a FluxInstance) must not apply the version it is
// taken back from.

import type { Applier } from '../flux/appliers.ts'
import { isSuspended } from '../flux/conditions.ts'
import { parseImage } from '../flux/installed.ts'
import { HELD, MANAGER } from '../flux/suspension.ts'
import type { Context, ReadContext } from '../ports/context.ts'
import type { KubeObject } from '../ports/kube.ts'
import { nameOf, POD, resourceOfObject } from './resources.ts'
import { readFluxObject } from './sync-source.ts'
import { type Seen, waitFor } from './wait-for.ts'

/** `Kustomization flux-system/flux`. */
export const nameOfApplier = ({ kind, id }: Applier): string => `${kind} ${id}`

export const holdLines = (owner: Applier): string[] => [
  `patch ${nameOfApplier(owner)} spec.suspend=true`,
  ...(owner.kind === 'Kustomization' ? ['delete the pods of kustomize-controller: what they have begun ends with them'] : []),
]
export const releaseLine = (owner: Applier): string => `patch ${nameOfApplier(owner)} spec.suspend=null, unless a person had suspended it`

export const isHeld = async (ctx: ReadContext, owner: Applier): Promise<boolean> =>
  isSuspended(await readFluxObject(ctx.kube, owner.kind, owner.id))

/** Suspends it and marks that it was us; one that a person has suspended is left as it is. */
export async function hold(ctx: Context, owner: Applier, runId: string): Promise<void> {
  const object = await readFluxObject(ctx.kube, owner.kind, owner.id)
  if (isSuspended(object)) return
  const body = { metadata: { annotations: { [HELD]: runId } }, spec: { suspend: true } }
  await ctx.kube.patch(resourceOfObject(object), nameOf(object), 'merge', body, { fieldManager: MANAGER })
}

/** When we suspended it, as the API server wrote it down; undefined when it was not us. */
function heldAt({ metadata }: KubeObject): string | undefined {
  if (metadata.annotations?.[HELD] === undefined) return undefined
  return (metadata.managedFields ?? []).find((entry) => entry.manager === MANAGER && JSON.stringify(entry.fieldsV1).includes('f:suspend'))
    ?.time
}

const applies = ({ spec }: KubeObject): boolean =>
  (spec?.containers ?? []).some(({ image }: { image?: unknown }) => parseImage(String(image))?.component === 'kustomize-controller')

/** Processes of kustomize-controller from before the hold. */
async function olderPods(ctx: ReadContext, owner: Applier): Promise<KubeObject[]> {
  if (owner.kind !== 'Kustomization') return []
  const since = heldAt(await readFluxObject(ctx.kube, owner.kind, owner.id))
  if (since === undefined) return []
  const pods = await ctx.kube.list(POD, { namespace: ctx.target.namespace })
  // Both times are whole seconds of the API server.
  return pods.filter((pod) => applies(pod) && (pod.metadata.creationTimestamp ?? '') <= since)
}

export const nothingIsUnderWay = async (ctx: ReadContext, owner: Applier): Promise<boolean> => (await olderPods(ctx, owner)).length === 0

/** A pod that is asked to end has its grace period. One on a node that is lost never ends, and the way back is not to fail for it. */
const ENDED_MS = 90_000

/**
 * Suspending stops nothing that is under way: an apply of the newer version that was begun before would end on top of the older one. It ends with
 * its process; the next one of kustomize-controller finds the object suspended. `left`: pods that are still listed after 90 s.
 */
export async function endWhatIsUnderWay(ctx: Context, owner: Applier): Promise<{ ended: string[]; left: string[] }> {
  const older = await olderPods(ctx, owner)
  for (const pod of older) await ctx.kube.delete(POD, nameOf(pod))
  const uids = new Set(older.map((pod) => pod.metadata.uid))
  const started = ctx.clock.now().getTime()
  const names = (pods: readonly KubeObject[]): string[] => pods.map((pod) => pod.metadata.name)
  const probe = async (): Promise<Seen<string[]>> => {
    const listed = await ctx.kube.list(POD, { namespace: ctx.target.namespace })
    const left = names(listed.filter((pod) => uids.has(pod.metadata.uid)))
    if (left.length === 0 || ctx.clock.now().getTime() - started >= ENDED_MS) return { done: true, value: left }
    return { done: false, lastSeen: left.join(', ') }
  }
  const left = await waitFor(ctx, { waitingFor: 'kustomize-controller to end what it has begun', timeoutMs: 2 * ENDED_MS, probe })
  return { ended: names(older).filter((name) => !left.includes(name)), left }
}

export const isReleased = async (ctx: ReadContext, owner: Applier): Promise<boolean> => {
  const object = await readFluxObject(ctx.kube, owner.kind, owner.id)
  return object.metadata.annotations?.[HELD] === undefined
}

export async function letGo(ctx: Context, owner: Applier): Promise<void> {
  const object = await readFluxObject(ctx.kube, owner.kind, owner.id)
  if (object.metadata.annotations?.[HELD] === undefined) return
  const body = { metadata: { annotations: { [HELD]: null } }, spec: { suspend: null } }
  await ctx.kube.patch(resourceOfObject(object), nameOf(object), 'merge', body, { fieldManager: MANAGER })
}
