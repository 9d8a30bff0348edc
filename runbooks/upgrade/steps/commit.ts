import { commitMessage, dropCommit, findCommit, RUN_TRAILER, runTrailer } from '../../../src/actions/commit-and-push.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { changedFiles, trailerOf } from '../plan-facts.ts'
import type { UpgradePlan } from '../plan-schema.ts'

export const subjectOf = (plan: UpgradePlan): string => `Upgrade Flux from ${plan.from} to ${plan.to}`

export const commit: WriteStep<UpgradePlan> = {
  kind: 'write',
  id: 'commit',
  title: 'commit the changes',
  why: 'one commit holds all of it, so that one revert takes all of it back',
  preview: ({ plan, runId }) => [
    `git add -- ${changedFiles(plan).join(' ')}`,
    `git commit -m '${subjectOf(plan)}' --trailer '${RUN_TRAILER}: ${runId}'`,
  ],
  isDone: async (ctx, view) => (await findCommit(ctx, view.plan.repo, trailerOf(view))) !== undefined,
  run: async (ctx, { plan, runId }) => {
    const made = await ctx.git.commit(plan.repo.root, commitMessage(subjectOf(plan), [], [runTrailer(runId)]), changedFiles(plan))
    return { commit: made }
  },
  undo: (ctx, view) => dropCommit(ctx, view.plan.repo, trailerOf(view), view.runId),
}
