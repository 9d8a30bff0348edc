// A revert that is proposed: nothing in the cluster changes before it is merged.
import { codeSpan } from '../../src/actions/markdown.ts'
import { notPinnedTo } from '../../src/actions/pinned.ts'
import type { Proposal } from '../../src/actions/proposal.ts'
import type { Proposing } from '../../src/actions/proposal-steps.ts'
import { OpsError } from '../../src/errors.ts'
import { type RollbackView, revertTrailer } from './plan-facts.ts'
import type { RollbackPlan } from './plan-schema.ts'

export const branchOf = (plan: Pick<RollbackPlan, 'to'>, runId: string): string => `flux-ops/rollback-flux-${plan.to}-${runId}`

/** undefined when the revert is pushed. */
export function proposalOf({ plan, runId, facts }: RollbackView): Proposal | undefined {
  const { pullRequest: forge, repo } = plan
  return forge && { runId, repo, forge, branch: branchOf(plan, runId), trailer: revertTrailer(plan), facts }
}

const LINE = 'Flux applies the older version by itself as soon as it is merged'

const body = ({ plan, runId }: RollbackView): string =>
  [
    `Takes the upgrade of Flux from ${codeSpan(plan.to)} to ${codeSpan(plan.from)} back: reverts commit ${codeSpan(plan.upgradeCommit ?? '')}, of run ${codeSpan(plan.upgradeRun)}.`,
    '',
    '### When it is merged',
    '',
    `- ▲ ${codeSpan(LINE)}`,
    `- then finish it at once: ${codeSpan(`flux-ops runs resume ${runId}`)} applies the manifests that were kept, waits for the rollout and proves every object`,
    '',
    '### Instead of merging',
    '',
    `- ${codeSpan(`flux-ops runs abandon ${runId}`)} closes this pull request and deletes its branch`,
    '',
    `Run ${codeSpan(runId)}.`,
    '',
  ].join('\n')

export const proposing: Proposing<RollbackPlan> = {
  of: (view) => {
    const found = proposalOf(view)
    if (found) return found
    throw new Error('the plan has no pull request')
  },
  title: ({ plan }) => `Go back from Flux ${plan.from} to ${plan.to}`,
  body,
  pointOfNoReturn: LINE,
  assertMerged: async (ctx, { plan }) => {
    const paths = plan.pins.map((pin) => pin.file)
    const wrong = await notPinnedTo(ctx, plan.repo, paths, plan.to)
    if (wrong.length === 0) return
    throw new OpsError({
      code: 'merge-differs',
      message: [
        `${plan.repo.remote}/${plan.repo.branch} does not say Flux ${plan.to} after the merge`,
        ...wrong.map((each) => `  ${each}`),
      ].join('\n'),
      hints: ['set it right in git, merge that, then:  flux-ops runs resume'],
    })
  },
}
