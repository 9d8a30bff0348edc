import { findCommit } from '../../../src/actions/commit-and-push.ts'
import { mergedIn } from '../../../src/actions/proposal.ts'
import { REPORT, reportText } from '../../../src/actions/report.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { factsOfLeg, legPlans } from '../legs.ts'
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
    // Of a chain the last hop: it is the one that is proven last, and the one that a rollback takes back.
    const last = legPlans(plan).at(-1) ?? plan
    const facts = last.leg === undefined ? view.facts : factsOfLeg(view.facts, last.leg.key)
    const commit = mergedIn(view.facts) ?? (await findCommit(ctx, plan.repo, trailerOf(view)))
    const rollback = `flux-ops rollback ${view.runId}`
    const back = promotionLine(last) ?? (plan.hops === undefined ? rollback : `to Flux ${last.from}: ${rollback}`)
    const text = reportText({
      title: `Flux ${[plan.from, ...legPlans(plan).map((hop) => hop.to)].join(' → ')}`,
      runId: view.runId,
      operator: ctx.operator,
      context: plan.context,
      clusterUid: plan.clusterUid,
      at: ctx.clock.now().toISOString(),
      commit,
      branch: `${plan.repo.remote}/${plan.repo.branch}`,
      facts,
      back,
    })
    await ctx.files.writeText(`${ctx.runDir}/${REPORT}`, text)
    return { report: `${ctx.runDir}/${REPORT}` }
  },
}
