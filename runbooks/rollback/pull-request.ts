// A revert that is proposed: nothing in the cluster changes before it is merged.
import { codeSpan } from '../../src/actions/markdown.ts'
import { assertMergedPins, assertReverted } from '../../src/actions/pinned.ts'
import type { Proposal } from '../../src/actions/proposal.ts'
import type { Proposing } from '../../src/actions/proposal-steps.ts'
import { proposalText } from '../../src/actions/proposal-text.ts'
import { broughtBack, broughtBy, type RollbackView, revertTrailer } from './plan-facts.ts'
import type { RollbackPlan } from './plan-schema.ts'

export const branchOf = (plan: Pick<RollbackPlan, 'to'>, runId: string): string => `flux-ops/rollback-flux-${plan.to}-${runId}`

/** undefined when the revert is pushed. */
export function proposalOf({ plan, runId, facts }: RollbackView): Proposal | undefined {
  const { pullRequest: forge, repo } = plan
  return forge && { runId, repo, forge, branch: branchOf(plan, runId), trailer: revertTrailer(plan), facts }
}

/** The operator does not go back a minor (its `downgrading … is not supported`): the run does, with what was kept. */
const lineOf = ({ installation }: RollbackPlan): string =>
  installation.style === 'operator'
    ? 'git says the older version from the merge on, which the Flux Operator refuses until the run goes on'
    : 'Flux applies the older version by itself as soon as it is merged'

const bodyOf = ({ plan, runId }: RollbackView): string =>
  proposalText({
    says: `Takes the upgrade of Flux from ${codeSpan(plan.to)} to ${codeSpan(plan.from)} back: reverts commit ${codeSpan(plan.upgradeCommit ?? '')}, of run ${codeSpan(plan.upgradeRun)}.`,
    parts: [],
    line: lineOf(plan),
    finish: 'puts back what was kept, waits for the rollout and proves every object',
    runId,
  })

export const proposing = (plan: RollbackPlan): Proposing<RollbackPlan> => ({
  of: (view) => {
    const found = proposalOf(view)
    if (found) return found
    throw new Error('the plan has no pull request')
  },
  title: () => `Go back from Flux ${plan.from} to ${plan.to}`,
  body: bodyOf,
  pointOfNoReturn: lineOf(plan),
  recheck: (ctx, view) => assertReverted(ctx, view.plan, broughtBy(plan)),
  assertMerged: (ctx, view) => assertMergedPins(ctx, view.plan, broughtBack(plan)),
})
