// With the chart nothing is applied by us: helm-controller upgrades the release it runs from.
import { askAgainLines, askingAgain } from '../../../src/actions/ask-again.ts'
import { isInPlace } from '../../../src/actions/flux-instance.ts'
import { readRelease, releaseBehind, resetLine, waitForRelease } from '../../../src/actions/helm-release.ts'
import type { HelmInstallation } from '../../../src/actions/installation.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { chartOf, promotionLine, tokenOf, trailerOf, type UpgradeView } from '../plan-facts.ts'
import type { UpgradePlan } from '../plan-schema.ts'

/** Apart from what the objects of Flux are asked with later. */
const helmToken = (view: UpgradeView): string => `${tokenOf(view)}/helm`

/** `first`: nothing was pushed before, so that this step is where the line of no return lies. */
export function helmApplies(plan: UpgradePlan, { release, appliers }: HelmInstallation, first: boolean): WriteStep<UpgradePlan> {
  const line = first ? promotionLine(plan) : undefined
  const chart = chartOf(plan)
  return {
    kind: 'write',
    id: 'helm-applies',
    title: `let helm-controller deploy chart ${chart.to}`,
    why: 'Helm owns the CRDs and controllers, and helm-controller replaces itself on the way',
    ...(line === undefined ? {} : { pointOfNoReturn: line }),
    preview: (view) => [
      `wait until HelmRelease ${release} has deployed chart ${chart.to}, Flux ${plan.to}`,
      ...askAgainLines({ appliers, token: helmToken(view) }),
      resetLine(release, helmToken(view)),
    ],
    isDone: async (ctx) => (await isInPlace(ctx, plan.to)) && releaseBehind(await readRelease(ctx, release), chart.to) === undefined,
    run: (ctx, view) => {
      const token = helmToken(view)
      const askAgain = askingAgain(ctx, { appliers, repo: plan.repo, trailer: trailerOf(view), token })
      return waitForRelease(ctx, { release, chart: chart.to, version: plan.to, token, timeoutMs: plan.timeoutMs, askAgain })
    },
  }
}
