import { findCommit } from '../../../src/actions/commit-and-push.ts'
import { REPORT, reportText } from '../../../src/actions/report.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { promotionLine, trailerOf } from '../plan-facts.ts'
import type { UpgradePlan } from '../plan-schema.ts'

export const report: WriteStep<UpgradePlan> = {
  kind: 'write',
  id: 'report',
  title: 'write the report',
  why: 'what was done and proven, for the people who read about it tomorrow',
  preview: () => [`write <run>/${REPORT}`],
  isDone: (ctx) => ctx.files.exists(`${ctx.runDir}/${REPORT}`),
  run: async (ctx, view) => {
    const { plan } = view
    const commit = await findCommit(ctx, plan.repo, trailerOf(view))
    const back = promotionLine(plan) ?? `flux-ops rollback ${view.runId}`
    const text = reportText({
      title: `Flux ${plan.from} → ${plan.to}`,
      runId: view.runId,
      operator: ctx.operator,
      context: plan.context,
      clusterUid: plan.clusterUid,
      at: ctx.clock.now().toISOString(),
      commit,
      branch: `${plan.repo.remote}/${plan.repo.branch}`,
      facts: view.facts,
      back,
    })
    await ctx.files.writeText(`${ctx.runDir}/${REPORT}`, text)
    return { report: `${ctx.runDir}/${REPORT}` }
  },
}
