// While Flux itself is being taken back, the Kustomization that applies it must not apply the version it is taken back from.
import { isSuspended } from '../flux/conditions.ts'
import type { Context, ReadContext } from '../ports/context.ts'
import { nameOf, resourceOfObject } from './resources.ts'
import { readFluxObject } from './sync-source.ts'

const HELD = 'flux-ops.dev/held-by'

export const holdLine = (owner: string): string => `patch Kustomization ${owner} spec.suspend=true`
export const releaseLine = (owner: string): string => `patch Kustomization ${owner} spec.suspend=null, unless a person had suspended it`

export const isHeld = async (ctx: ReadContext, owner: string): Promise<boolean> =>
  isSuspended(await readFluxObject(ctx.kube, 'Kustomization', owner))

/** Suspends it and marks that it was us; one that a person has suspended is left as it is. */
export async function hold(ctx: Context, owner: string, runId: string): Promise<void> {
  const object = await readFluxObject(ctx.kube, 'Kustomization', owner)
  if (isSuspended(object)) return
  const body = { metadata: { annotations: { [HELD]: runId } }, spec: { suspend: true } }
  await ctx.kube.patch(resourceOfObject(object), nameOf(object), 'merge', body, { fieldManager: 'flux-ops' })
}

export const isReleased = async (ctx: ReadContext, owner: string): Promise<boolean> => {
  const object = await readFluxObject(ctx.kube, 'Kustomization', owner)
  return object.metadata.annotations?.[HELD] === undefined
}

export async function letGo(ctx: Context, owner: string): Promise<void> {
  const object = await readFluxObject(ctx.kube, 'Kustomization', owner)
  if (object.metadata.annotations?.[HELD] === undefined) return
  const body = { metadata: { annotations: { [HELD]: null } }, spec: { suspend: null } }
  await ctx.kube.patch(resourceOfObject(object), nameOf(object), 'merge', body, { fieldManager: 'flux-ops' })
}
