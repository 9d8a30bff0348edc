// The way back, top to bottom. Until the old controllers run, no step needs a controller that works.
import { applyLine, applyManifests, manifestsApplied } from '../../src/actions/apply-manifests.ts'
import { intact, readIndex } from '../../src/actions/backup.ts'
import { holdLine, hold as holdOwner, isHeld, isReleased, letGo, releaseLine } from '../../src/actions/hold.ts'
import { ownerOf } from '../../src/actions/installation.ts'
import { allRequested, reconcileAll } from '../../src/actions/reconcile.ts'
import { OLD_MANIFESTS } from '../../src/actions/render.ts'
import { requestLine } from '../../src/actions/requests.ts'
import { waitForRollout } from '../../src/actions/rollout.ts'
import { sourcesSynced, syncLines, syncSources } from '../../src/actions/sync-source.ts'
import type { ReadStep, Step, WriteStep } from '../../src/engine/model.ts'
import { OpsError } from '../../src/errors.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { goalOf } from './plan-facts.ts'
import type { RollbackPlan } from './plan-schema.ts'
import { isIntact } from './recorded.ts'
import { dropCommit, push, revertCommit } from './steps/commit.ts'
import { report, verify } from './steps/proof.ts'

type Write = WriteStep<RollbackPlan>

const hold = (owner: string): Write => ({
  kind: 'write',
  id: 'hold',
  title: 'keep Flux from applying the newer version again',
  why: 'until the reverted commit has arrived, Flux would put the newer version back over the older one',
  preview: () => [holdLine(owner)],
  isDone: (ctx) => isHeld(ctx, owner),
  run: async (ctx, view) => {
    await holdOwner(ctx, owner, view.runId)
    return { held: owner }
  },
  undo: (ctx) => letGo(ctx, owner),
})

const release = (owner: string): Write => ({
  kind: 'write',
  id: 'release',
  title: 'let Flux apply itself again',
  why: 'the reverted commit has arrived: what Flux applies now is the older version',
  preview: () => [releaseLine(owner)],
  isDone: (ctx) => isReleased(ctx, owner),
  run: async (ctx) => {
    await letGo(ctx, owner)
    return { released: owner }
  },
})

const oldManifests = (plan: RollbackPlan): string => `${plan.upgradeDir}/${plan.hop?.manifests ?? OLD_MANIFESTS}`

/** Plans of one hop carry no sum: it is in the index of the backup. */
async function manifestsIntact(ctx: ReadContext, plan: RollbackPlan): Promise<boolean> {
  if (plan.hop !== undefined) return isIntact(ctx, plan.upgradeDir, { path: plan.hop.manifests, sha256: plan.hop.sha256 })
  const index = await readIndex(ctx, plan.upgradeDir)
  return index !== undefined && intact(ctx, plan.upgradeDir, index, OLD_MANIFESTS)
}

const applyOld: Write = {
  kind: 'write',
  id: 'apply-old',
  title: 'apply the manifests of before',
  why: 'they are what ran before the upgrade, kept by its backup; no controller of the newer version is needed for it',
  preview: ({ plan }) => [applyLine(plan.context, oldManifests(plan))],
  isDone: (ctx, { plan }) => manifestsApplied(ctx, oldManifests(plan)),
  run: async (ctx, { plan }) => {
    if (!(await manifestsIntact(ctx, plan))) {
      throw new OpsError({
        code: 'backup-changed',
        message: `${oldManifests(plan)} is not what the upgrade wrote`,
        hints: [`sha256sum ${oldManifests(plan)}`],
      })
    }
    return applyManifests(ctx, oldManifests(plan))
  },
}

const rollout: ReadStep<RollbackPlan> = {
  kind: 'read',
  id: 'rollout',
  title: 'wait for the old controllers',
  why: 'nothing reconciles until they are ready',
  run: async (ctx, { plan }) => ({ controllers: await waitForRollout(ctx, plan.to, plan.timeoutMs) }),
}

const syncSource: Write = {
  kind: 'write',
  id: 'sync-source',
  title: 'let Flux fetch the reverted commit',
  why: 'Flux must find the older version in its sources before it applies itself again',
  preview: (view) => syncLines(goalOf(view)),
  isDone: (ctx, view) => sourcesSynced(ctx, goalOf(view)),
  run: (ctx, view) => syncSources(ctx, goalOf(view)),
}

const reconcile: Write = {
  kind: 'write',
  id: 'reconcile',
  title: 'reconcile every object with the old controllers',
  why: 'an object that nobody has reconciled since proves nothing',
  preview: (view) => [requestLine('every Flux object that is not suspended, sources first, then by dependsOn:', view.runId)],
  isDone: (ctx, view) => allRequested(ctx, view.runId),
  run: async (ctx, view) => {
    const { requested, layers, late, since } = await reconcileAll(ctx, view.plan.baseline, {
      token: view.runId,
      timeoutMs: view.plan.timeoutMs,
    })
    return { requested, layers, late, since }
  },
}

export function rollbackSteps(plan: RollbackPlan): Step<RollbackPlan>[] {
  const owner = ownerOf(plan.installation)
  return [
    ...(plan.commit === 'local' ? [dropCommit] : []),
    ...(plan.commit === 'pushed' ? [revertCommit] : []),
    // Before the push: with it Flux begins to act on its own.
    ...(owner === undefined ? [] : [hold(owner)]),
    ...(plan.commit === 'pushed' || plan.commit === 'reverted' ? [push] : []),
    applyOld,
    rollout,
    syncSource,
    ...(owner === undefined ? [] : [release(owner)]),
    reconcile,
    verify,
    report,
  ]
}
