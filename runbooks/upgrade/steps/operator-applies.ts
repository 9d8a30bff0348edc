import { askAgainLines, askingAgain } from '../../../src/actions/ask-again.ts'
import { askLine, instanceBehind, isInPlace, readInstance, waitForOperator } from '../../../src/actions/flux-instance.ts'
import type { OperatorInstallation } from '../../../src/actions/installation.ts'
import { renderLines, renderManifests } from '../../../src/actions/render.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import { manifestsOf, promotionLine, tokenOf, trailerOf, type UpgradeView } from '../plan-facts.ts'
import type { UpgradePlan } from '../plan-schema.ts'

/** Apart from what the objects of Flux are asked with later. */
const operatorToken = (view: UpgradeView): string => `${tokenOf(view)}/operator`

/** `first`: nothing was pushed before, so that this step is where the line of no return lies. */
export function operatorApplies(plan: UpgradePlan, installation: OperatorInstallation, first: boolean): WriteStep<UpgradePlan> {
  const line = first ? promotionLine(plan) : undefined
  const { instance, appliers } = installation
  const manifests = manifestsOf(plan)
  const sum = (ctx: ReadContext): Promise<string> => ctx.files.sha256(`${ctx.runDir}/${manifests}`)
  return {
    kind: 'write',
    id: 'operator-applies',
    title: `let the Flux Operator apply Flux ${plan.to}`,
    why: 'the operator owns the CRDs and controllers, and would take back what anybody else applies',
    ...(line === undefined ? {} : { pointOfNoReturn: line }),
    preview: (view) => [
      `wait until FluxInstance ${instance} asks for ${plan.to}`,
      ...askAgainLines({ appliers, token: operatorToken(view) }),
      `${askLine(instance, operatorToken(view))}, where the operator has failed before`,
      ...renderLines(installation, manifests),
    ],
    isDone: async (ctx) =>
      (await ctx.files.exists(`${ctx.runDir}/${manifests}`)) &&
      (await isInPlace(ctx, plan.to)) &&
      instanceBehind(await readInstance(ctx.kube, instance), plan.to) === undefined,
    run: async (ctx, view) => {
      const token = operatorToken(view)
      const askAgain = askingAgain(ctx, { appliers, repo: plan.repo, trailer: trailerOf(view), token })
      const goal = { instance, version: plan.to, token, timeoutMs: plan.timeoutMs, askAgain }
      const { revision } = await waitForOperator(ctx, goal)
      await renderManifests(ctx, { repo: plan.repo, installation, version: plan.to, file: manifests })
      return { revision, manifests, sha256: await sum(ctx) }
    },
    // The rollback of the next hop trusts the file by this sum.
    factsWhenDone: async (ctx) => ({ manifests, sha256: await sum(ctx) }),
  }
}
