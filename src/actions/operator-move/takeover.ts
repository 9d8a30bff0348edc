// The Flux Operator takes Flux over from the Kustomization that applied it: proven when each object has one owner, and the Kustomization has looked
// at what it applies once more and lists none of them any longer.
import { OpsError } from '../../errors.ts'
import { isSuspended, verdict } from '../../flux/conditions.ts'
import { RECONCILE_ANNOTATION } from '../../flux/kinds.ts'
import { notTakenOver, prunable } from '../../flux/operator-move/owners.ts'
import type { Context, ReadContext } from '../../ports/context.ts'
import type { KubeObject } from '../../ports/kube.ts'
import { instanceBehind, readInstance } from '../flux-instance.ts'
import { shorten } from '../reconcile.ts'
import { request, requested } from '../requests.ts'
import { FLUX_INSTANCE, nameOf, parseId } from '../resources.ts'
import { readFluxObject } from '../sync-source.ts'
import { type Seen, waitFor } from '../wait-for.ts'
import { type Entry, entryLabel, inventoryIn, readEntries } from './inventory.ts'

export interface Takeover {
  /** namespace/name. */
  readonly instance: string
  readonly version: string
  /** namespace/name of the Kustomization that applied Flux. */
  readonly owner: string
  /** It is no part of the FluxInstance: it is held, and not asked. */
  readonly held: boolean
  /** What the old files make. */
  readonly old: readonly Entry[]
  readonly token: string
  readonly timeoutMs: number
}

const KEEP = 'kustomize.toolkit.fluxcd.io/prune'

/** What the operator has not got for itself alone yet; [] when all is its own. */
async function shared(ctx: ReadContext, instance: KubeObject): Promise<string[]> {
  const entries = inventoryIn(instance)
  if (entries.length === 0)
    return [`FluxInstance ${instance.metadata.namespace}/${instance.metadata.name}: lists nothing that it has applied`]
  const owned = await readEntries(ctx.kube, entries)
  return owned.flatMap(({ object }) => notTakenOver(object) ?? [])
}

/** What of the operator's the Kustomization still lists: once it has looked after the takeover, nothing. */
async function stillListed(ctx: ReadContext, { owner, held }: Takeover, instance: KubeObject): Promise<string[]> {
  const object = await readFluxObject(ctx.kube, 'Kustomization', owner)
  if (held) return isSuspended(object) ? [] : [`Kustomization ${owner}: is not held`]
  const taken = new Set(inventoryIn(instance).map(entryLabel))
  const listed = inventoryIn(object)
    .map(entryLabel)
    .filter((label) => taken.has(label))
  if (listed.length === 0 && verdict(object).state !== 'ready') return [`Kustomization ${owner}: ${verdict(object).state}`]
  return listed.map((label) => `Kustomization ${owner} still lists ${label}`)
}

/** What is missing until the takeover is proven; [] when nothing is. */
export async function openOf(ctx: ReadContext, goal: Takeover): Promise<string[]> {
  const instance = await readInstance(ctx.kube, goal.instance)
  const behind = instanceBehind(instance, goal.version)
  if (behind !== undefined) return [behind]
  const both = await shared(ctx, instance)
  return both.length > 0 ? both : stillListed(ctx, goal, instance)
}

const askInstance = (ctx: Context, instance: KubeObject, token: string): Promise<unknown> =>
  ctx.kube.patch(
    FLUX_INSTANCE,
    nameOf(instance),
    'merge',
    { metadata: { annotations: { [RECONCILE_ANNOTATION]: token } } },
    { fieldManager: 'flux-ops' },
  )

const ASK_AGAIN_MS = 15_000

/**
 * Waits until it is proven. kustomize-controller may have been in the middle of an apply: what two own then, the operator is asked to apply once more.
 * Throws OpsError `takeover-refused` or `takeover-timeout`.
 */
export async function waitForTakeover(ctx: Context, goal: Takeover): Promise<{ objects: number; revision: string }> {
  let asked = 0
  const probe = async (): Promise<Seen<{ objects: number; revision: string }>> => {
    const instance = await readInstance(ctx.kube, goal.instance)
    const { state, terminal, message } = verdict(instance)
    if (state === 'failed' && terminal) throw refused(goal, message)
    const now = ctx.clock.now().getTime()
    const open = await openOf(ctx, goal)
    // Asked for in any case: it may have looked by itself while the operator was still at work.
    if (open.length === 0 && !(await hasLooked(ctx, goal))) {
      await askOwner(ctx, goal)
      return { done: false, lastSeen: `Kustomization ${goal.owner}: has not looked at what it applies since` }
    }
    if (open.length === 0)
      return { done: true, value: { objects: inventoryIn(instance).length, revision: String(instance.status?.lastAppliedRevision ?? '') } }
    if (state === 'ready') {
      const both = await shared(ctx, instance)
      if (both.length > 0 && now - asked >= ASK_AGAIN_MS) {
        asked = now
        await askInstance(ctx, instance, `${goal.token}/${now}`)
      } else if (both.length === 0 && !goal.held) await askOwner(ctx, goal)
    }
    return { done: false, lastSeen: shorten(open, 2) }
  }
  return waitFor(ctx, {
    waitingFor: `the Flux Operator to take Flux ${goal.version} over`,
    timeoutMs: goal.timeoutMs,
    everyMs: 1000,
    code: 'takeover-timeout',
    hints: [
      `kubectl -n ${parseId(goal.instance).namespace ?? ''} describe fluxinstance ${parseId(goal.instance).name}`,
      'then:  flux-ops runs resume',
      'or take it back:  flux-ops runs abandon',
    ],
    probe,
  })
}

const hasLooked = async (ctx: ReadContext, { owner, token, held }: Takeover): Promise<boolean> =>
  held || (await readFluxObject(ctx.kube, 'Kustomization', owner)).status?.lastHandledReconcileAt === token

async function askOwner(ctx: Context, { owner, token }: Takeover): Promise<void> {
  const object = await readFluxObject(ctx.kube, 'Kustomization', owner)
  if (!requested(object, token)) await request(ctx.kube, object, token)
}

const refused = ({ instance }: Takeover, why: string): OpsError =>
  new OpsError({
    code: 'takeover-refused',
    message: `the Flux Operator does not take FluxInstance ${instance}: ${why}`,
    hints: [
      `kubectl -n ${parseId(instance).namespace ?? ''} describe fluxinstance ${parseId(instance).name}`,
      'take it back:  flux-ops runs abandon',
    ],
  })

/** What of the old files would be deleted with them; [] when nothing would. */
export async function wouldBePruned(ctx: ReadContext, { owner, old }: Pick<Takeover, 'owner' | 'old'>): Promise<string[]> {
  return (await readEntries(ctx.kube, old)).flatMap(({ object }) => prunable(object, owner) ?? [])
}

/** What the operator does not make stays, and nobody prunes it: it is for people to remove. */
export async function keepTheRest(ctx: Context, { owner, old }: Pick<Takeover, 'owner' | 'old'>): Promise<string[]> {
  const rest = (await readEntries(ctx.kube, old)).filter(({ object }) => prunable(object, owner) !== undefined)
  for (const { resource, object } of rest) {
    await ctx.kube.patch(
      resource,
      nameOf(object),
      'merge',
      { metadata: { annotations: { [KEEP]: 'disabled' } } },
      { fieldManager: 'flux-ops' },
    )
  }
  return rest.map(
    ({ object }) =>
      `${object.kind} ${object.metadata.namespace === undefined ? '' : `${object.metadata.namespace}/`}${object.metadata.name}`,
  )
}

/** Takes that mark back, where it is ours. */
export async function forgetTheRest(ctx: Context, { old }: Pick<Takeover, 'old'>): Promise<void> {
  for (const { resource, object } of await readEntries(ctx.kube, old)) {
    const ours = (object.metadata.managedFields ?? []).some(
      ({ manager, fieldsV1 }) => manager === 'flux-ops' && JSON.stringify(fieldsV1).includes(`f:${KEEP}`),
    )
    if (ours && object.metadata.annotations?.[KEEP] === 'disabled')
      await ctx.kube.patch(resource, nameOf(object), 'merge', { metadata: { annotations: { [KEEP]: null } } }, { fieldManager: 'flux-ops' })
  }
}
