import { waitForRollout } from '../../../src/actions/rollout.ts'
import type { ReadStep } from '../../../src/engine/model.ts'
import type { UpgradePlan } from '../plan-schema.ts'

export const rollout: ReadStep<UpgradePlan> = {
  kind: 'read',
  id: 'rollout',
  title: 'wait for the new controllers',
  why: 'nothing reconciles until they are ready; one that crashes is told at once, with its last lines',
  run: async (ctx, { plan }) => ({ controllers: await waitForRollout(ctx, plan.to, plan.timeoutMs) }),
}
