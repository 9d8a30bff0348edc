// Upgrade Flux: checks, plan, steps. The value reads top to bottom; each part has its own file.
import type { Runbook } from '../../src/engine/model.ts'
import { checks } from './checks.ts'
import { describePlan } from './describe.ts'
import { assertFresh } from './fresh.ts'
import { inputSchema, type UpgradeInput } from './input.ts'
import { makePlan } from './plan.ts'
import { planSchema, type UpgradePlan } from './plan-schema.ts'
import { upgradeSteps } from './steps.ts'

const BEFORE_PUSH = new Set(['backup', 'migrate-storage', 'migrate-repository', 'pin', 'commit', 'push'])

export const upgrade: Runbook<UpgradeInput, UpgradePlan> = {
  id: 'upgrade',
  version: 1,
  title: 'Upgrade Flux',
  input: inputSchema,
  planSchema,
  checks,
  plan: makePlan,
  steps: upgradeSteps,
  describe: describePlan,
  assertFresh,
  afterFailure: (_plan, stepId, runId) => (BEFORE_PUSH.has(stepId) ? [`flux-ops runs abandon ${runId}`] : [`flux-ops rollback ${runId}`]),
}
