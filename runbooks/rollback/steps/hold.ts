// What applies Flux is kept still while the older version is put back: it would bring the newer one again until the revert has arrived.
import semver from 'semver'
import { askAgainLines, askingAgain } from '../../../src/actions/ask-again.ts'
import {
  endWhatIsUnderWay,
  holdLines,
  hold as holdOwner,
  isHeld,
  isReleased,
  letGo,
  nameOfApplier,
  nothingIsUnderWay,
  releaseLine,
} from '../../../src/actions/hold.ts'
import { readFluxObject } from '../../../src/actions/sync-source.ts'
import { type Seen, waitFor } from '../../../src/actions/wait-for.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import type { Applier } from '../../../src/flux/appliers.ts'
import { artifactRevision } from '../../../src/flux/revisions.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { type RollbackView, revertTrailer } from '../plan-facts.ts'
import type { RollbackPlan } from '../plan-schema.ts'
import { keepBack, keepBackLines } from './keep-back.ts'

type Write = WriteStep<RollbackPlan>

const releaseToken = ({ runId }: RollbackView): string => `${runId}/release`

export const hold = (owner: Applier): Write => ({
  kind: 'write',
  id: 'hold',
  title: 'keep Flux from applying the newer version again',
  why: 'until the reverted commit has arrived, Flux would put the newer version back over the older one',
  preview: () => holdLines(owner),
  isDone: async (ctx) => (await isHeld(ctx, owner)) && (await nothingIsUnderWay(ctx, owner)),
  run: async (ctx, view) => {
    await holdOwner(ctx, owner, view.runId)
    return { held: owner.id, ...(await endWhatIsUnderWay(ctx, owner)) }
  },
  undo: (ctx) => letGo(ctx, owner),
})

/** What applies the one that is held: released before that has brought it the revert, a HelmRelease would work on its values of before. */
const next = ({ installation }: RollbackPlan): Applier | undefined => ('appliers' in installation ? installation.appliers[1] : undefined)

/** Whether the chart of before is what a HelmRelease would take now; released earlier it would deploy the newer one once more. */
async function chartIsBack(ctx: ReadContext, { installation, chart }: RollbackPlan): Promise<boolean> {
  if (installation.style !== 'helm' || chart === undefined) return true
  const { kind, id } = installation.source
  const written: unknown =
    kind === 'HelmRepository'
      ? (await readFluxObject(ctx.kube, 'HelmRelease', installation.release)).spec?.chart?.spec?.version
      : artifactRevision(await readFluxObject(ctx.kube, kind, id))?.split('@')[0]
  return semver.valid(String(written ?? '')) === semver.valid(chart.from)
}

/** Whether the values in the HelmRelease are those of the older version; undefined when it takes them from elsewhere. */
function valuesAt(release: KubeObject, version: string): boolean | undefined {
  const written: unknown = release.spec?.values?.instance?.distribution?.version
  return written === undefined ? undefined : semver.valid(String(written)) === version
}

/** It has applied the revision, or failed only in waiting for the HelmRelease that we hold. */
function hasBrought(kustomization: KubeObject, revision: string | undefined): boolean {
  const { lastAppliedRevision, lastAttemptedRevision, conditions = [] } = kustomization.status ?? {}
  const ready = conditions.find((each: { type: string }) => each.type === 'Ready')
  return lastAppliedRevision === revision || (lastAttemptedRevision === revision && ready?.reason === 'HealthCheckFailed')
}

async function untilReverted(ctx: Context, view: RollbackView, owner: Applier, by: Applier): Promise<void> {
  const { plan } = view
  const askAgain = askingAgain(ctx, { appliers: [by], repo: plan.repo, trailer: revertTrailer(plan), token: releaseToken(view) })
  const look = async (): Promise<Seen<true>> => {
    if (!(await chartIsBack(ctx, plan))) return { done: false, lastSeen: `the chart is not ${plan.chart?.from ?? ''} yet` }
    const inline = valuesAt(await readFluxObject(ctx.kube, owner.kind, owner.id), plan.to)
    if (inline === true) return { done: true, value: true }
    const [source, kustomization] = await Promise.all([
      readFluxObject(ctx.kube, 'GitRepository', plan.repo.source),
      readFluxObject(ctx.kube, by.kind, by.id),
    ])
    if (inline === undefined && hasBrought(kustomization, artifactRevision(source))) return { done: true, value: true }
    return { done: false, lastSeen: `${nameOfApplier(by)} at ${kustomization.status?.lastAppliedRevision ?? 'nothing'}` }
  }
  const probe = async (): Promise<Seen<true>> => {
    const seen = await look()
    if (!seen.done) await askAgain()
    return seen
  }
  await waitFor(ctx, {
    waitingFor: `${nameOfApplier(owner)} to have the values of the revert`,
    timeoutMs: plan.timeoutMs,
    code: 'revert-timeout',
    hints: ['flux get kustomizations --all-namespaces', 'then:  flux-ops runs resume'],
    probe,
  })
}

export const release = (owner: Applier, plan: RollbackPlan): Write => ({
  kind: 'write',
  id: 'release',
  title: 'let Flux apply itself again',
  why: 'the reverted commit has arrived: what Flux applies now is the older version',
  preview: (view) => {
    const by = next(plan)
    const asked = by === undefined ? [] : askAgainLines({ appliers: [by], token: releaseToken(view) })
    const brought = by === undefined ? [] : [`wait until ${nameOfApplier(by)} has applied the revert`, ...asked]
    return [...brought, ...('appliers' in plan.installation ? [] : keepBackLines(plan)), releaseLine(owner)]
  },
  isDone: (ctx) => isReleased(ctx, owner),
  run: async (ctx, view) => {
    const by = next(plan)
    if (by !== undefined) await untilReverted(ctx, view, owner, by)
    if (!('appliers' in plan.installation)) await keepBack(ctx, view)
    await letGo(ctx, owner)
    return { released: owner.id }
  },
})
