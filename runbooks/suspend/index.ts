// Suspend objects of Flux, so that everybody can see who did it, why, and until when: checks, plan, steps.
import { counted } from '../../src/actions/checks/answers.ts'
import { assertPlannedCluster } from '../../src/actions/planned-cluster.ts'
import { isNamed, seenOnce } from '../../src/actions/suspension/choose.ts'
import type { Completed, Runbook } from '../../src/engine/model.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { checks } from './checks.ts'
import { chosenOf } from './chosen.ts'
import { describePlan } from './describe.ts'
import { inputSchema, type SuspendInput } from './input.ts'
import { makePlan } from './plan.ts'
import { planSchema, type SuspendPlan } from './plan-schema.ts'
import { suspendSteps } from './steps.ts'

/** Where all that fits is suspended already, there is nothing to be done. */
async function complete(ctx: ReadContext, input: SuspendInput): Promise<Completed<SuspendInput>> {
  const { targets, already } = await chosenOf(ctx, input, await seenOnce(ctx))
  if (targets.length > 0 || already.length === 0 || isNamed(input)) return { input }
  return { nothing: `${counted(already.length, 'object is', 'objects are')} suspended already, and no other fits: nothing to do` }
}

export const suspend: Runbook<SuspendInput, SuspendPlan> = {
  id: 'suspend',
  version: 1,
  title: 'Suspend objects of Flux',
  input: inputSchema,
  planSchema,
  checks,
  complete,
  plan: makePlan,
  steps: suspendSteps,
  describe: describePlan,
  assertFresh: (ctx, plan) => assertPlannedCluster(ctx, plan),
}
