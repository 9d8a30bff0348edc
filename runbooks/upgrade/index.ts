// Upgrade Flux: checks, plan, steps. The value reads top to bottom; each part has its own file.
import { assertUnmerged } from '../../src/actions/proposal.ts'
import type { Runbook } from '../../src/engine/model.ts'
import { checks } from './checks.ts'
import { assertFresh } from './fresh.ts'
import { inputSchema, type UpgradeInput } from './input.ts'
import { legOf } from './legs.ts'
import { makePlan } from './plan.ts'
import { planSchema, type UpgradePlan } from './plan-schema.ts'
import { proposalOf } from './proposal/proposing.ts'
import { describeForReader, reviewPlan } from './review.ts'
import { upgradeSteps } from './steps.ts'
import { completeInput } from './target-from-pins.ts'

const BEFORE_PUSH = new Set([
  'backup',
  'migrate-storage',
  'migrate-repository',
  'worktree',
  'pin',
  'commit',
  'push',
  'push-branch',
  'open-pull-request',
  'merged',
])

/** In a chain the way back from a hop ends at the stop before it, which was proven. */
function wayBack(plan: UpgradePlan, stepId: string, runId: string): string[] {
  const { id, hop } = legOf(plan, stepId)
  const to =
    hop?.leg?.previous === undefined ? '' : `${BEFORE_PUSH.has(id) ? 'to stay at' : 'back to'} Flux ${hop.from}, which was proven:  `
  return [`${to}flux-ops ${BEFORE_PUSH.has(id) ? 'runs abandon' : 'rollback'} ${runId}`]
}

export const upgrade: Runbook<UpgradeInput, UpgradePlan> = {
  id: 'upgrade',
  version: 1,
  title: 'Upgrade Flux',
  input: inputSchema,
  planSchema,
  checks,
  complete: completeInput,
  plan: makePlan,
  steps: upgradeSteps,
  describe: describeForReader,
  review: reviewPlan,
  assertFresh,
  assertAbandon: async (ctx, _plan, view) => {
    const proposal = proposalOf(view)
    if (proposal && view.facts['push-branch'] !== undefined) await assertUnmerged(ctx, proposal)
  },
  afterFailure: wayBack,
}
