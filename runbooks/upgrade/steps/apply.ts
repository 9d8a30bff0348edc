import { applyLine, applyManifests, manifestsApplied } from '../../../src/actions/apply-manifests.ts'
import { renderLines, renderManifests } from '../../../src/actions/render.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { manifestsOf, promotionLine } from '../plan-facts.ts'
import type { UpgradePlan } from '../plan-schema.ts'

/** `first`: nothing was pushed before, so that this step is where the line of no return lies. */
export function apply(plan: UpgradePlan, first: boolean): WriteStep<UpgradePlan> {
  const line = first ? promotionLine(plan) : undefined
  const manifests = manifestsOf(plan)
  return {
    kind: 'write',
    id: 'apply',
    title: `apply Flux ${plan.to}`,
    why: 'CRDs and controllers change together now, not whenever Flux gets to it; these are the manifests that Flux applies itself',
    ...(line === undefined ? {} : { pointOfNoReturn: line }),
    preview: () => [...renderLines(plan.installation, manifests), applyLine(plan.context, `<run>/${manifests}`)],
    isDone: (ctx) => manifestsApplied(ctx, `${ctx.runDir}/${manifests}`),
    run: async (ctx, view) => {
      // The view's, not the plan's: what was merged is in a work tree.
      const { path, from } = await renderManifests(ctx, {
        repo: view.plan.repo,
        installation: plan.installation,
        version: plan.to,
        file: manifests,
      })
      const { objects } = await applyManifests(ctx, path)
      return { objects, manifests, from, sha256: await ctx.files.sha256(path) }
    },
    // The rollback of the next hop trusts the file by this sum.
    factsWhenDone: async (ctx) => ({ manifests, sha256: await ctx.files.sha256(`${ctx.runDir}/${manifests}`) }),
  }
}
