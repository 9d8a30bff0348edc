// While Flux itself is being taken back, what applies it (a Kustomization, or the HelmRelease of a FluxInstance) must not apply the version it is
// taken back from.

import type { Applier } from '../flux/appliers.ts'
import { isSuspended } from '../flux/conditions.ts'
import type { Context, ReadContext } from '../ports/context.ts'
import { nameOf, resourceOfObject } from './resources.ts'
import { readFluxObject } from './sync-source.ts'

const HELD = 'flux-ops.dev/held-by'

/** `Kustomization flux-system/flux`. */
export const nameOfApplier = ({ kind, id }: Applier): string => `${kind} ${id}`

export const holdLine = (owner: Applier): string => `patch ${nameOfApplier(owner)} spec.suspend=true`
export const releaseLine = (owner: Applier): string => `patch ${nameOfApplier(owner)} spec.suspend=null, unless a person had suspended it`

export const isHeld = async (ctx: ReadContext, owner: Applier): Promise<boolean> =>
  isSuspended(await readFluxObject(ctx.kube, owner.kind, owner.id))

/** Suspends it and marks that it was us; one that a person has suspended is left as it is. */
export async function hold(ctx: Context, owner: Applier, runId: string): Promise<void> {
  const object = await readFluxObject(ctx.kube, owner.kind, owner.id)
  if (isSuspended(object)) return
  const body = { metadata: { annotations: { [HELD]: runId } }, spec: { suspend: true } }
  await ctx.kube.patch(resourceOfObject(object), nameOf(object), 'merge', body, { fieldManager: 'flux-ops' })
}

export const isReleased = async (ctx: ReadContext, owner: Applier): Promise<boolean> => {
  const object = await readFluxObject(ctx.kube, owner.kind, owner.id)
  return object.metadata.annotations?.[HELD] === undefined
}

export async function letGo(ctx: Context, owner: Applier): Promise<void> {
  const object = await readFluxObject(ctx.kube, owner.kind, owner.id)
  if (object.metadata.annotations?.[HELD] === undefined) return
  const body = { metadata: { annotations: { [HELD]: null } }, spec: { suspend: null } }
  await ctx.kube.patch(resourceOfObject(object), nameOf(object), 'merge', body, { fieldManager: 'flux-ops' })
}
