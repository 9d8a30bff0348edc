// Rebuild the Flux of a lost cluster from its backup: checks, plan, steps.
import { assertPlannedCluster } from '../../src/actions/planned-cluster.ts'
import type { Runbook } from '../../src/engine/model.ts'
import { checks } from './checks.ts'
import { describePlan } from './describe.ts'
import { inputSchema, type RestoreInput } from './input.ts'
import { makePlan } from './plan.ts'
import { planSchema, type RestorePlan } from './plan-schema.ts'
import { restoreSteps } from './steps.ts'

export const restore: Runbook<RestoreInput, RestorePlan> = {
  id: 'restore',
  version: 1,
  title: 'Rebuild Flux from its backup',
  beforeFlux: true,
  input: inputSchema,
  planSchema,
  checks,
  plan: makePlan,
  steps: restoreSteps,
  describe: describePlan,
  assertFresh: assertPlannedCluster,
  assertAbandon: assertPlannedCluster,
}
