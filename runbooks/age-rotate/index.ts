// Replace an age key that Flux decrypts with: checks, plan, steps.
import type { Runbook } from '../../src/engine/model.ts'
import { checks } from './checks.ts'
import { describePlan } from './describe.ts'
import { assertFresh } from './fresh.ts'
import { inputSchema, type RotateInput } from './input.ts'
import { makePlan } from './plan.ts'
import { planSchema, type RotatePlan } from './plan-schema.ts'
import { rotateSteps } from './steps.ts'

export const ageRotate: Runbook<RotateInput, RotatePlan> = {
  id: 'age-rotate',
  version: 1,
  title: 'Replace an age key that Flux decrypts with',
  input: inputSchema,
  planSchema,
  checks,
  plan: makePlan,
  steps: rotateSteps,
  describe: describePlan,
  assertFresh: (ctx, _plan, view) => assertFresh(ctx, view),
  // On another branch nothing of the run is to be seen, and nothing would be taken back.
  assertAbandon: (ctx, _plan, view) => assertFresh(ctx, view),
}
