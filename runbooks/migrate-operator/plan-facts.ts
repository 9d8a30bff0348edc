// What follows from the plan of a move; pure.
import { runTrailer, type Trailer } from '../../src/actions/commit-and-push.ts'
import type { Takeover } from '../../src/actions/operator-move/takeover.ts'
import type { SourceGoal } from '../../src/actions/sync-source.ts'
import type { View } from '../../src/engine/model.ts'
import type { Applier } from '../../src/flux/appliers.ts'
import type { MovePlan } from './plan-schema.ts'

export type MoveView = View<MovePlan>

export const trailerOf = ({ runId }: Pick<MoveView, 'runId'>): Trailer => runTrailer(runId)

export const ownerOf = ({ owner }: Pick<MovePlan, 'owner'>): Applier => ({ kind: 'Kustomization', id: owner })

export const takeoverOf = ({ plan, runId }: Pick<MoveView, 'plan' | 'runId'>): Takeover => ({
  instance: plan.instance.id,
  version: plan.version,
  owner: plan.owner,
  held: plan.ownerLeaves,
  old: plan.old,
  token: `${runId}/takeover`,
  timeoutMs: plan.timeoutMs,
})

export const sourceGoalOf = (view: Pick<MoveView, 'plan' | 'runId'>): SourceGoal => ({
  repo: view.plan.repo,
  // The OCIRepository that Flux was applied from goes with this very commit.
  installation: { style: 'pin', bases: [], self: null },
  trailer: trailerOf(view),
  tag: `v${view.plan.version}`,
  token: `${view.runId}/sources`,
  timeoutMs: view.plan.timeoutMs,
})

/** Labels of what is to be gone in the end. */
export const leavingOf = ({ ownerLeaves, owner, self }: Pick<MovePlan, 'ownerLeaves' | 'owner' | 'self'>): Set<string> =>
  new Set([...(ownerLeaves ? [`Kustomization ${owner}`] : []), ...(self === null ? [] : [`OCIRepository ${self}`])])

export const NO_RETURN =
  'the old files have left git: Flux is kept by the operator, and the way back is by hand (runbooks/migrate-operator/README.md#the-way-back)'

export const subject = 'Let the Flux Operator keep Flux'
