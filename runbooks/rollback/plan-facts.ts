// What follows from a rollback's plan; pure.
import { ROLLBACK_TRAILER, type Trailer } from '../../src/actions/commit-and-push.ts'
import { sourceToken } from '../../src/actions/requests.ts'
import type { SourceGoal } from '../../src/actions/sync-source.ts'
import type { View } from '../../src/engine/model.ts'
import type { RollbackPlan } from './plan-schema.ts'

export type RollbackView = View<RollbackPlan>

/** The revert is known by the run it takes back: a second rollback of the same run finds it. */
export const revertTrailer = (plan: RollbackPlan): Trailer => ({ key: ROLLBACK_TRAILER, value: plan.upgradeRun })

export const goalOf = (view: RollbackView): SourceGoal => ({
  repo: view.plan.repo,
  installation: view.plan.installation,
  trailer: revertTrailer(view.plan),
  tag: `v${view.plan.to}`,
  token: sourceToken(view.runId),
  timeoutMs: view.plan.timeoutMs,
})
