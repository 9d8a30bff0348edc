import { allRequested, reconcileAll } from '../../../src/actions/reconcile.ts'
import { requestLine } from '../../../src/actions/requests.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { tokenOf } from '../plan-facts.ts'
import type { UpgradePlan } from '../plan-schema.ts'

export const reconcile: WriteStep<UpgradePlan> = {
  kind: 'write',
  id: 'reconcile',
  title: 'reconcile every object with the new controllers',
  why: 'an object that nobody has reconciled since the upgrade proves nothing',
  preview: (view) => [requestLine('every Flux object that is not suspended, sources first, then by dependsOn:', tokenOf(view))],
  isDone: (ctx, view) => allRequested(ctx, tokenOf(view)),
  run: async (ctx, view) => {
    const { requested, layers, late, since } = await reconcileAll(ctx, view.plan.baseline, {
      token: tokenOf(view),
      timeoutMs: view.plan.timeoutMs,
    })
    return { requested, layers, late, since }
  },
}
