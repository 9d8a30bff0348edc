// Take an upgrade back: checks, plan, steps.
import { assertUnmerged } from '../../src/actions/proposal.ts'
import type { Runbook } from '../../src/engine/model.ts'
import { checks } from './checks.ts'
import { describePlan } from './describe.ts'
import { assertFresh } from './fresh.ts'
import { inputSchema, type RollbackInput } from './input.ts'
import { makePlan } from './plan.ts'
import { planSchema, type RollbackPlan } from './plan-schema.ts'
import { proposalOf } from './pull-request.ts'
import { rollbackSteps } from './steps.ts'

export const rollback: Runbook<RollbackInput, RollbackPlan> = {
  id: 'rollback',
  version: 1,
  title: 'Take an upgrade of Flux back',
  input: inputSchema,
  planSchema,
  checks,
  plan: makePlan,
  steps: rollbackSteps,
  describe: describePlan,
  assertFresh,
  assertAbandon: async (ctx, _plan, view) => {
    const proposal = proposalOf(view)
    if (proposal && view.facts['push-branch'] !== undefined) await assertUnmerged(ctx, proposal)
  },
}
