// Make a cluster follow a repository: checks, plan, steps.
import { assertPlannedCluster } from '../../src/actions/planned-cluster.ts'
import type { Runbook } from '../../src/engine/model.ts'
import { checks } from './checks.ts'
import { describePlan } from './describe.ts'
import { type BootstrapInput, inputSchema } from './input.ts'
import { makePlan } from './plan.ts'
import { type BootstrapPlan, planSchema } from './plan-schema.ts'
import { bootstrapSteps } from './steps.ts'

/** Steps that come once the branch has the commit. */
const BEHIND: ReadonlySet<string> = new Set(['install', 'sync', 'rollout', 'layers', 'verify'])

export const bootstrap: Runbook<BootstrapInput, BootstrapPlan> = {
  id: 'bootstrap',
  version: 1,
  title: 'Make a cluster follow a repository',
  beforeFlux: true,
  input: inputSchema,
  planSchema,
  checks,
  plan: makePlan,
  steps: bootstrapSteps,
  describe: describePlan,
  assertFresh: assertPlannedCluster,
  assertAbandon: assertPlannedCluster,
  afterFailure: (_plan, stepId, runId) => (BEHIND.has(stepId) ? [] : [`take it back:  flux-ops runs abandon ${runId}`]),
}
