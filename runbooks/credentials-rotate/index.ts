// Replace the key or token that Flux reads git with: checks, plan, steps.
import type { Runbook } from '../../src/engine/model.ts'
import { checks } from './checks.ts'
import { describePlan } from './describe.ts'
import { assertAbandon, assertFresh } from './fresh.ts'
import { type CredentialsInput, inputSchema } from './input.ts'
import { makePlan } from './plan.ts'
import { type CredentialsPlan, planSchema } from './plan-schema.ts'
import { credentialSteps } from './steps.ts'

export const credentialsRotate: Runbook<CredentialsInput, CredentialsPlan> = {
  id: 'credentials-rotate',
  version: 1,
  title: 'Replace the key or token that Flux reads git with',
  input: inputSchema,
  planSchema,
  checks,
  plan: makePlan,
  steps: credentialSteps,
  describe: describePlan,
  assertFresh: (ctx, _plan, view) => assertFresh(ctx, view),
  assertAbandon: (ctx, _plan, view) => assertAbandon(ctx, view),
}
