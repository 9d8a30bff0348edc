import { selfOf } from '../../../src/actions/installation.ts'
import { askedAt } from '../../../src/actions/reconcile.ts'
import { runStartedAt } from '../../../src/actions/run-record.ts'
import { verifyFlux } from '../../../src/actions/verify.ts'
import type { ReadStep } from '../../../src/engine/model.ts'
import { instanceOf, tokenOf, trailerOf } from '../plan-facts.ts'
import type { UpgradePlan } from '../plan-schema.ts'

export const verify: ReadStep<UpgradePlan> = {
  kind: 'read',
  id: 'verify',
  title: 'prove that everything is as it was, on the new version',
  why: 'the upgrade is over when every object that was ready has reconciled again and is ready',
  run: async (ctx, view) => {
    const { plan } = view
    return verifyFlux(ctx, {
      version: plan.to,
      baseline: plan.baseline,
      token: tokenOf(view),
      repo: plan.repo,
      trailer: trailerOf(view),
      kustomizations: plan.kustomizations,
      timeoutMs: plan.timeoutMs,
      since: await runStartedAt(ctx, view.runId, plan.madeAt),
      askedAt: askedAt(view.facts),
      self: selfOf(plan.installation),
      instance: instanceOf(plan),
    })
  },
}
