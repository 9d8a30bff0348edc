// What follows from a rollback's plan; pure.
import { commitTrailer, rollbackTrailer, type Trailer } from '../../src/actions/commit-and-push.ts'
import type { Wanted } from '../../src/actions/pinned.ts'
import { sourceToken } from '../../src/actions/requests.ts'
import type { SourceGoal } from '../../src/actions/sync-source.ts'
import type { View } from '../../src/engine/model.ts'
import type { RollbackPlan } from './plan-schema.ts'

export type RollbackView = View<RollbackPlan>

export const revertTrailer = (plan: RollbackPlan): Trailer => rollbackTrailer(plan.upgradeRun, plan.hop?.to)

/** Of the commit that is taken back. */
export const upgradeTrailer = (plan: RollbackPlan): Trailer => commitTrailer(plan.upgradeRun, plan.hop?.to)

/** The FluxInstance by which Flux is kept. */
export const instanceOf = ({ installation }: Pick<RollbackPlan, 'installation'>): string | undefined =>
  installation.style === 'operator' ? installation.instance : undefined

/** What the pins said before the upgrade, and what it made of them. `chart` is as the upgrade has it. */
export const broughtBack = ({ to, chart }: Pick<RollbackPlan, 'to' | 'chart'>): Wanted => ({ flux: to, chart: chart?.from })
export const broughtBy = ({ from, chart }: Pick<RollbackPlan, 'from' | 'chart'>): Wanted => ({ flux: from, chart: chart?.to })

export const goalOf = (view: RollbackView): SourceGoal => ({
  repo: view.plan.repo,
  installation: view.plan.installation,
  trailer: revertTrailer(view.plan),
  tag: `v${view.plan.to}`,
  token: sourceToken(view.runId),
  timeoutMs: view.plan.timeoutMs,
})
