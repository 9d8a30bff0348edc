// Before Flux is let go: a kustomize-controller that came up before the revert had arrived may have set the newer version once more. The one that sets
// it has to have applied the revert, and the older version still has to stand there.
import { applyLine, applyManifests, manifestsApplied } from '../../../src/actions/apply-manifests.ts'
import { nameOfApplier } from '../../../src/actions/hold.ts'
import { selfOf } from '../../../src/actions/installation.ts'
import { request, requested } from '../../../src/actions/requests.ts'
import { waitForRollout } from '../../../src/actions/rollout.ts'
import { readFluxObject, syncSources } from '../../../src/actions/sync-source.ts'
import { type Seen, waitFor } from '../../../src/actions/wait-for.ts'
import type { Applier } from '../../../src/flux/appliers.ts'
import { artifactRevision } from '../../../src/flux/revisions.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { goalOf, type RollbackView } from '../plan-facts.ts'
import type { RollbackPlan } from '../plan-schema.ts'
import { assertIntact, oldManifests } from './put-back.ts'

const LABEL = 'kustomize.toolkit.fluxcd.io'

/** Where Flux follows an artifact of itself: the Kustomization that sets which one. */
async function setterOf(ctx: ReadContext, { installation }: RollbackPlan): Promise<Applier | undefined> {
  const self = selfOf(installation)
  if (self === null) return undefined
  const labels = (await readFluxObject(ctx.kube, 'OCIRepository', self.source)).metadata.labels ?? {}
  const [name, namespace] = [labels[`${LABEL}/name`], labels[`${LABEL}/namespace`]]
  return name === undefined || namespace === undefined ? undefined : { kind: 'Kustomization', id: `${namespace}/${name}` }
}

const LONGEST_MS = 60_000

const isWorking = ({ status }: KubeObject): boolean =>
  (status?.conditions ?? []).some(({ type, status: is }: { type: string; status: string }) => type === 'Reconciling' && is === 'True')

/**
 * An apply of the newer commit sets the newer tag once more: it has to be over. One that fails, or does not move, is not waited for. It is asked in any
 * case: a reconcile that was cut short is tried again only after its interval.
 */
async function untilSet(ctx: Context, { plan, runId }: RollbackView, setter: Applier): Promise<void> {
  const started = ctx.clock.now().getTime()
  const probe = async (): Promise<Seen<void>> => {
    const [source, object] = await Promise.all([
      readFluxObject(ctx.kube, 'GitRepository', plan.repo.source),
      readFluxObject(ctx.kube, setter.kind, setter.id),
    ])
    const token = `${runId}/revert`
    if (!requested(object, token)) await request(ctx.kube, object, token)
    const { lastAppliedRevision, lastAttemptedRevision } = object.status ?? {}
    const revision = artifactRevision(source)
    const over = lastAppliedRevision === revision || (lastAttemptedRevision === revision && !isWorking(object))
    if (over || ctx.clock.now().getTime() - started >= LONGEST_MS) return { done: true, value: undefined }
    return { done: false, lastSeen: `${nameOfApplier(setter)} at ${lastAppliedRevision ?? 'nothing'}` }
  }
  await waitFor(ctx, { waitingFor: `${nameOfApplier(setter)} to apply the revert`, timeoutMs: 2 * LONGEST_MS, probe })
}

export const keepBackLines = (plan: RollbackPlan): string[] => [
  ...(selfOf(plan.installation) === null ? [] : ['reconcile what sets the tag of the OCIRepository, until it has applied the revert']),
  `${applyLine(plan.context, oldManifests(plan))}, only where something is different again`,
]

export async function keepBack(ctx: Context, view: RollbackView): Promise<void> {
  const { plan } = view
  const setter = await setterOf(ctx, plan)
  if (setter !== undefined) await untilSet(ctx, view, setter)
  await syncSources(ctx, goalOf(view))
  if (await manifestsApplied(ctx, oldManifests(plan))) return
  await assertIntact(ctx, plan)
  await applyManifests(ctx, oldManifests(plan))
  await waitForRollout(ctx, plan.to, plan.timeoutMs)
}
