// A cause that recover has named is dealt with: checks, plan, steps.
import { assertPlannedCluster } from '../../src/actions/planned-cluster.ts'
import { takeSnapshot } from '../../src/actions/take-snapshot.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import type { Runbook } from '../../src/engine/model.ts'
import { checks } from './checks.ts'
import { choose } from './choose.ts'
import { describePlan } from './describe.ts'
import { inputSchema, type RecoverInput } from './input.ts'
import { makePlan } from './plan.ts'
import { planSchema, type RecoverPlan } from './plan-schema.ts'
import { notWell } from './prove.ts'
import { recoverSteps } from './steps.ts'

export const recover: Runbook<RecoverInput, RecoverPlan> = {
  id: 'recover',
  version: 1,
  title: 'Deal with a cause of what is not ready',
  input: inputSchema,
  planSchema,
  checks,
  complete: async (ctx, input) => {
    if (input.chosen !== undefined) return { input }
    return choose(diagnose(await takeSnapshot(ctx, ctx.target.namespace)), input)
  },
  plan: makePlan,
  steps: recoverSteps,
  describe: describePlan,
  closing: notWell,
  assertFresh: (ctx, plan) => assertPlannedCluster(ctx, plan),
}
