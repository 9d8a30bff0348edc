import { askLine, instanceBehind, isInPlace, readInstance, waitForOperator } from '../../../src/actions/flux-instance.ts'
import type { OperatorInstallation } from '../../../src/actions/installation.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { promotionLine, type UpgradeView } from '../plan-facts.ts'
import type { UpgradePlan } from '../plan-schema.ts'

/** Apart from the run's own id, which the objects of Flux are asked with later. */
const operatorToken = (view: UpgradeView): string => `${view.runId}/operator`

/** `first`: nothing was pushed before, so that this step is where the line of no return lies. */
export function operatorApplies(plan: UpgradePlan, { instance }: OperatorInstallation, first: boolean): WriteStep<UpgradePlan> {
  const line = first ? promotionLine(plan) : undefined
  return {
    kind: 'write',
    id: 'operator-applies',
    title: `let the Flux Operator apply Flux ${plan.to}`,
    why: 'the operator owns the CRDs and controllers, and would take back what anybody else applies',
    ...(line === undefined ? {} : { pointOfNoReturn: line }),
    preview: (view) => [
      `wait until FluxInstance ${instance} asks for ${plan.to}`,
      `${askLine(instance, operatorToken(view))}, where the operator has failed before`,
    ],
    isDone: async (ctx, view) =>
      (await isInPlace(ctx, view.plan.to)) && instanceBehind(await readInstance(ctx.kube, instance), view.plan.to) === undefined,
    run: (ctx, view) =>
      waitForOperator(ctx, { instance, version: view.plan.to, token: operatorToken(view), timeoutMs: view.plan.timeoutMs }),
  }
}
