import { applyLine, applyManifests, manifestsApplied } from '../../../src/actions/apply-manifests.ts'
import { NEW_MANIFESTS, renderLines, renderManifests } from '../../../src/actions/render.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { promotionLine } from '../plan-facts.ts'
import type { UpgradePlan } from '../plan-schema.ts'

/** `first`: nothing was pushed before, so that this step is where the line of no return lies. */
export function apply(plan: UpgradePlan, first: boolean): WriteStep<UpgradePlan> {
  const line = first ? promotionLine(plan) : undefined
  return {
    kind: 'write',
    id: 'apply',
    title: `apply Flux ${plan.to}`,
    why: 'CRDs and controllers change together now, not whenever Flux gets to it; these are the manifests that Flux applies itself',
    ...(line === undefined ? {} : { pointOfNoReturn: line }),
    preview: (view) => [...renderLines(view.plan.installation, NEW_MANIFESTS), applyLine(view.plan.context, `<run>/${NEW_MANIFESTS}`)],
    isDone: (ctx) => manifestsApplied(ctx, `${ctx.runDir}/${NEW_MANIFESTS}`),
    run: async (ctx, view) => {
      const path = await renderManifests(ctx, view.plan.repo, view.plan.installation, NEW_MANIFESTS)
      const { objects } = await applyManifests(ctx, path)
      return { objects, manifests: NEW_MANIFESTS, sha256: await ctx.files.sha256(path) }
    },
  }
}
