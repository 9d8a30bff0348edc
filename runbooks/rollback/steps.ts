// The way back, top to bottom. Until the old controllers run, no step needs a controller that works.
import { ownerOf } from '../../src/actions/installation.ts'
import { proposed } from '../../src/actions/proposal-steps.ts'
import { allRequested, reconcileAll } from '../../src/actions/reconcile.ts'
import { requestLine } from '../../src/actions/requests.ts'
import { waitForRollout } from '../../src/actions/rollout.ts'
import { sourcesSynced, syncLines, syncSources } from '../../src/actions/sync-source.ts'
import type { ReadStep, Step, WriteStep } from '../../src/engine/model.ts'
import { goalOf } from './plan-facts.ts'
import type { RollbackPlan } from './plan-schema.ts'
import { proposing } from './pull-request.ts'
import { dropCommit, push, revertCommit } from './steps/commit.ts'
import { hold, release } from './steps/hold.ts'
import { report, verify } from './steps/proof.ts'
import { putBack } from './steps/put-back.ts'

type Write = WriteStep<RollbackPlan>

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

/** Proposed, Flux is held from the merge on and not while a person is waited for: a hold that is forgotten stops everything. */
export function rollbackSteps(plan: RollbackPlan): Step<RollbackPlan>[] {
  if (plan.pullRequest === undefined || plan.commit !== 'pushed') return pushedSteps(plan)
  const owner = ownerOf(plan.installation)
  const steps = pushedSteps(plan).filter((step) => step.id !== 'hold')
  const after = steps.findIndex((step) => step.id === 'push') + 1
  const held = [...steps.slice(0, after), ...(owner === undefined ? [] : [hold(owner)]), ...steps.slice(after)]
  return proposed(held, { edits: ['revert-commit'], push: 'push' }, proposing(plan))
}

function pushedSteps(plan: RollbackPlan): Step<RollbackPlan>[] {
  const owner = ownerOf(plan.installation)
  return [
    ...(plan.commit === 'local' ? [dropCommit] : []),
    ...(plan.commit === 'pushed' ? [revertCommit] : []),
    // Before the push: with it Flux begins to act on its own.
    ...(owner === undefined ? [] : [hold(owner)]),
    ...(plan.commit === 'pushed' || plan.commit === 'reverted' ? [push] : []),
    putBack(plan),
    rollout,
    syncSource,
    ...(owner === undefined ? [] : [release(owner, plan)]),
    reconcile,
    verify,
    report,
  ]
}
