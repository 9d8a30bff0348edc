// Resume what is suspended, in the order of what needs what, each layer proven; or let it reconcile once: checks, plan, steps.
import { counted } from '../../src/actions/checks/answers.ts'
import { assertPlannedCluster } from '../../src/actions/planned-cluster.ts'
import { seenOnce } from '../../src/actions/suspension/choose.ts'
import type { Completed, Runbook } from '../../src/engine/model.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { checks } from './checks.ts'
import { chosenOf } from './chosen.ts'
import { describePlan } from './describe.ts'
import { inputSchema, type ResumeInput } from './input.ts'
import { makePlan } from './plan.ts'
import { planSchema, type ResumePlan } from './plan-schema.ts'
import { resumeSteps } from './steps.ts'

/** Where nothing that is meant is suspended, there is nothing to be done; what a run holds is told by a check. */
async function complete(ctx: ReadContext, input: ResumeInput): Promise<Completed<ResumeInput>> {
  const { targets, held, going } = await chosenOf(ctx, input, await seenOnce(ctx))
  if (targets.length > 0 || held.length > 0) return { input }
  const what = going.length > 0 ? `${counted(going.length, 'object is', 'objects are')} not suspended` : 'nothing that fits is suspended'
  return { nothing: `${what}: nothing to do` }
}

export const resume: Runbook<ResumeInput, ResumePlan> = {
  id: 'resume',
  version: 1,
  title: 'Resume suspended objects of Flux',
  input: inputSchema,
  planSchema,
  checks,
  complete,
  plan: makePlan,
  steps: resumeSteps,
  describe: describePlan,
  assertFresh: (ctx, plan) => assertPlannedCluster(ctx, plan),
  afterFailure: ({ once }, _stepId, runId) => (once ? [] : [`flux-ops runs abandon ${runId}  suspends again what it has resumed`]),
}
