import { findCommit } from '../../../src/actions/commit-and-push.ts'
import { selfOf } from '../../../src/actions/installation.ts'
import { mergedIn } from '../../../src/actions/proposal.ts'
import { askedAt } from '../../../src/actions/reconcile.ts'
import { REPORT, reportText } from '../../../src/actions/report.ts'
import { runStartedAt } from '../../../src/actions/run-record.ts'
import { verifyFlux } from '../../../src/actions/verify.ts'
import type { ReadStep, WriteStep } from '../../../src/engine/model.ts'
import { instanceOf, revertTrailer } from '../plan-facts.ts'
import type { RollbackPlan } from '../plan-schema.ts'

export const verify: ReadStep<RollbackPlan> = {
  kind: 'read',
  id: 'verify',
  title: 'prove that everything is as it was before the upgrade',
  why: 'by the same proof as an upgrade, for the older version',
  run: async (ctx, view) => {
    const { plan } = view
    return verifyFlux(ctx, {
      version: plan.to,
      baseline: plan.baseline,
      token: view.runId,
      repo: plan.repo,
      trailer: revertTrailer(plan),
      kustomizations: plan.kustomizations,
      timeoutMs: plan.timeoutMs,
      since: await runStartedAt(ctx, view.runId, plan.madeAt),
      askedAt: askedAt(view.facts),
      self: selfOf(plan.installation),
      instance: instanceOf(plan),
    })
  },
}

export const report: WriteStep<RollbackPlan> = {
  kind: 'write',
  id: 'report',
  title: 'write the report',
  why: 'what was taken back and proven',
  preview: () => [`write <run>/${REPORT}`],
  isDone: (ctx) => ctx.files.exists(`${ctx.runDir}/${REPORT}`),
  run: async (ctx, view) => {
    const { plan } = view
    const text = reportText({
      title: `Flux ${plan.from} → ${plan.to} (rollback of ${plan.upgradeRun})`,
      runId: view.runId,
      operator: ctx.operator,
      context: plan.context,
      clusterUid: plan.clusterUid,
      at: ctx.clock.now().toISOString(),
      commit: mergedIn(view.facts) ?? (await findCommit(ctx, plan.repo, revertTrailer(plan))),
      branch: `${plan.repo.remote}/${plan.repo.branch}`,
      facts: view.facts,
      back: `flux-ops upgrade --to ${plan.from}`,
    })
    await ctx.files.writeText(`${ctx.runDir}/${REPORT}`, text)
    return { report: `${ctx.runDir}/${REPORT}` }
  },
}
