import { commitMessage, dropCommit, findCommit } from '../../../src/actions/commit-and-push.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { changedFiles, trailerOf, trailersOf } from '../plan-facts.ts'
import type { UpgradePlan } from '../plan-schema.ts'

export const subjectOf = (plan: UpgradePlan): string => `Upgrade Flux from ${plan.from} to ${plan.to}`

export const commit: WriteStep<UpgradePlan> = {
  kind: 'write',
  id: 'commit',
  title: 'commit the changes',
  why: 'one commit holds all of it, so that one revert takes all of it back',
  preview: (view) => [
    `git add -- ${changedFiles(view.plan).join(' ')}`,
    `git commit -m '${subjectOf(view.plan)}' ${trailersOf(view)
      .map(({ key, value }) => `--trailer '${key}: ${value}'`)
      .join(' ')}`,
  ],
  isDone: async (ctx, view) => (await findCommit(ctx, view.plan.repo, trailerOf(view))) !== undefined,
  run: async (ctx, view) => {
    const { plan } = view
    const made = await ctx.git.commit(plan.repo.root, commitMessage(subjectOf(plan), [], trailersOf(view)), changedFiles(plan))
    return { commit: made }
  },
  undo: (ctx, view) => dropCommit(ctx, view.plan.repo, trailerOf(view), view.runId),
}
