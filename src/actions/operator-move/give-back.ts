// The way back from the Flux Operator. A FluxInstance that is simply deleted takes Flux with it, CRDs and all of their objects; one that is disabled first
// does not (uninstall in internal/controller/fluxinstance_uninstaller.go of flux-operator). What it owned is then handed to kustomize-controller as it is, so
// that the next apply of the old files changes each Deployment once.
import { OpsError } from '../../errors.ts'
import { appliedBy } from '../../flux/applied-by.ts'
import { verdict } from '../../flux/conditions.ts'
import { givingBack, isOperators } from '../../flux/operator-move/owners.ts'
import type { Context, ReadContext } from '../../ports/context.ts'
import { shorten } from '../reconcile.ts'
import { request, requested } from '../requests.ts'
import { DEPLOYMENT, FLUX_INSTANCE, nameOf, parseId } from '../resources.ts'
import { readFluxObject } from '../sync-source.ts'
import { type Seen, waitFor } from '../wait-for.ts'
import { readBefore } from './before.ts'
import { type Entry, type Owned, readEntries, readOperated } from './inventory.ts'

const DISABLED = { metadata: { annotations: { 'fluxcd.controlplane.io/reconcile': 'disabled' } } }

export const removeLines = (instance: string): string[] => [
  `annotate FluxInstance ${instance} fluxcd.controlplane.io/reconcile=disabled: deleted without it, it would uninstall Flux`,
  `delete FluxInstance ${instance}, wait until it is gone`,
]

/** Whether the operator runs: nobody else takes its finalizer off. */
async function operatorRuns(ctx: ReadContext): Promise<boolean> {
  const deployment = await ctx.kube.get(DEPLOYMENT, { name: 'flux-operator', namespace: ctx.target.namespace })
  return (deployment?.status?.availableReplicas ?? 0) > 0
}

/** Throws OpsError `instance-stays`. */
export async function removeInstance(ctx: Context, id: string, timeoutMs: number): Promise<void> {
  const probe = async (): Promise<Seen<void>> => {
    const instance = await ctx.kube.get(FLUX_INSTANCE, parseId(id))
    if (instance === undefined) return { done: true, value: undefined }
    const disabled = instance.metadata.annotations?.['fluxcd.controlplane.io/reconcile'] === 'disabled'
    if (!disabled) await ctx.kube.patch(FLUX_INSTANCE, parseId(id), 'merge', DISABLED, { fieldManager: 'flux-ops' })
    else if (instance.metadata.deletionTimestamp === undefined) await ctx.kube.delete(FLUX_INSTANCE, parseId(id))
    // Nothing of the operator is under way where it does not run, and the object says that it is to be left alone.
    else if (!(await operatorRuns(ctx)))
      await ctx.kube.patch(FLUX_INSTANCE, parseId(id), 'merge', { metadata: { finalizers: null } }, { fieldManager: 'flux-ops' })
    return { done: false, lastSeen: disabled ? 'it is being deleted' : 'it is being disabled' }
  }
  await waitFor(ctx, {
    waitingFor: `FluxInstance ${id} to be gone, and Flux to stay`,
    timeoutMs,
    code: 'instance-stays',
    hints: [`kubectl -n ${parseId(id).namespace ?? ''} get fluxinstance ${parseId(id).name} -o yaml`],
    probe,
  })
}

const TRIES = 5

async function giveOne(ctx: Context, { resource, object }: Owned): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const now = await ctx.kube.get(resource, nameOf(object), { metadataOnly: true })
    if (now === undefined || !isOperators(now)) return
    try {
      await ctx.kube.patch(resource, nameOf(object), 'merge', givingBack(now), { fieldManager: 'flux-ops', metadataOnly: true })
      return
    } catch (error) {
      if (!(error instanceof OpsError && error.code === 'kube-conflict') || attempt >= TRIES) throw error
    }
  }
}

const NEVER_DELETED = new Set(['Namespace', 'CustomResourceDefinition'])

/** Hands everything back; what was not there before the operator came is deleted. Only once the FluxInstance is gone: the operator would take it again. */
export async function giveBack(ctx: Context): Promise<{ given: number; removed: string[] }> {
  const known = new Set(Object.values((await readBefore(ctx)).uids))
  const operated = await readOperated(ctx.kube, ctx.target.namespace)
  const fresh = operated.filter(({ object }) => !known.has(object.metadata.uid ?? '') && !NEVER_DELETED.has(object.kind))
  const rest = operated.filter((each) => !fresh.includes(each))
  for (const each of rest) await giveOne(ctx, each)
  for (const { resource, object } of fresh) await ctx.kube.delete(resource, nameOf(object))
  return { given: rest.length, removed: fresh.map(({ object }) => `${object.kind} ${object.metadata.name}`) }
}

export interface Back {
  readonly owner: string
  readonly old: readonly Entry[]
  readonly token: string
  readonly timeoutMs: number
}

/** Asks the Kustomization to apply the old files again, and waits until each of their objects is its own. Throws OpsError `give-back-timeout`. */
export async function appliedAgain(ctx: Context, { owner, old, token, timeoutMs }: Back): Promise<void> {
  const probe = async (): Promise<Seen<void>> => {
    const object = await readFluxObject(ctx.kube, 'Kustomization', owner)
    if (!requested(object, token)) await request(ctx.kube, object, token)
    if (object.status?.lastHandledReconcileAt !== token || verdict(object).state !== 'ready')
      return { done: false, lastSeen: `Kustomization ${owner}: ${verdict(object).message || verdict(object).state}` }
    const open = (await readEntries(ctx.kube, old)).filter(
      (each) => appliedBy(each.object) !== `Kustomization ${owner}` || isOperators(each.object),
    )
    if (open.length === 0) return { done: true, value: undefined }
    return { done: false, lastSeen: shorten(open.map((each) => `${each.object.kind} ${each.object.metadata.name}`)) }
  }
  await waitFor(ctx, {
    waitingFor: `Kustomization ${owner} to apply Flux again`,
    timeoutMs,
    everyMs: 1000,
    code: 'give-back-timeout',
    hints: [`flux -n ${parseId(owner).namespace ?? ''} get kustomization ${parseId(owner).name}`],
    probe,
  })
}
