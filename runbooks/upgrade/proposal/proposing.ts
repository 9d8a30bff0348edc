// What of an upgrade is proposed, and how it is known that this is what was merged.
import { runTrailer } from '../../../src/actions/commit-and-push.ts'
import { assertMergedPins } from '../../../src/actions/pinned.ts'
import type { Proposal } from '../../../src/actions/proposal.ts'
import type { Proposing } from '../../../src/actions/proposal-steps.ts'
import { promotionLine, type UpgradeView, wantedBy } from '../plan-facts.ts'
import type { UpgradePlan } from '../plan-schema.ts'
import { subjectOf } from '../steps/commit.ts'
import { pullRequestBody } from './body.ts'

export const branchOf = (plan: Pick<UpgradePlan, 'to'>, runId: string): string => `flux-ops/upgrade-flux-${plan.to}-${runId}`

/** undefined when the plan pushes. */
export function proposalOf({ plan, runId, facts }: UpgradeView): Proposal | undefined {
  const { pullRequest: forge, repo } = plan
  return forge && { runId, repo, forge, branch: branchOf(plan, runId), trailer: runTrailer(runId), facts }
}

const needProposal = (view: UpgradeView): Proposal => {
  const found = proposalOf(view)
  if (found) return found
  throw new Error('the plan has no pull request')
}

/** What is behind the merge, whether or not anything is stored for good. */
export const mergeLine = (plan: UpgradePlan): string =>
  ['Flux applies the new version by itself as soon as it is merged', promotionLine(plan)].filter((each) => each !== undefined).join('; ')

export const proposing = (plan: UpgradePlan): Proposing<UpgradePlan> => ({
  of: needProposal,
  title: (view) => subjectOf(view.plan),
  body: (view) => pullRequestBody(view, mergeLine(view.plan)),
  pointOfNoReturn: mergeLine(plan),
  assertMerged: (ctx, view) => assertMergedPins(ctx, view.plan, wantedBy(view.plan), 'or go back:  flux-ops rollback'),
})
