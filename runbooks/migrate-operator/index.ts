// Move Flux to the Flux Operator: checks, plan, steps.
import type { Runbook } from '../../src/engine/model.ts'
import { checks } from './checks.ts'
import { describePlan } from './describe.ts'
import { assertAbandon, assertFresh } from './fresh.ts'
import { inputSchema, type MoveInput } from './input.ts'
import { makePlan } from './plan.ts'
import { type MovePlan, planSchema } from './plan-schema.ts'
import { moveSteps } from './steps.ts'

const BEHIND = new Set(['sync', 'reconcile', 'verify', 'report'])

export const migrateOperator: Runbook<MoveInput, MovePlan> = {
  id: 'migrate-operator',
  version: 1,
  title: 'Let the Flux Operator keep Flux',
  input: inputSchema,
  planSchema,
  checks,
  plan: makePlan,
  steps: moveSteps,
  describe: describePlan,
  assertFresh: (ctx, _plan, view) => assertFresh(ctx, view),
  assertAbandon: (ctx, _plan, view) => assertAbandon(ctx, view),
  afterFailure: (_plan, stepId, runId) => (BEHIND.has(stepId) ? [] : [`take it back:  flux-ops runs abandon ${runId}`]),
}
