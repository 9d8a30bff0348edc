// Taking the upgrade's commit back: by a revert once others may have it, by dropping it while it is only here.
import * as git from '../../../src/actions/commit-and-push.ts'
import { runTrailer } from '../../../src/actions/commit-and-push.ts'
import { assertReverted } from '../../../src/actions/pinned.ts'
import type { WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import { broughtBy, revertTrailer, upgradeTrailer } from '../plan-facts.ts'
import type { RollbackPlan } from '../plan-schema.ts'

const subjectOf = (plan: RollbackPlan): string => `Go back from Flux ${plan.from} to ${plan.to}`

export const dropCommit: WriteStep<RollbackPlan> = {
  kind: 'write',
  id: 'drop-commit',
  title: 'drop the commit of the upgrade',
  why: 'it was never pushed: nobody else has it',
  preview: ({ plan }) => [`git reset to the commit before ${plan.upgradeCommit ?? ''}`],
  isDone: async (ctx, { plan }) => (await git.findCommit(ctx, plan.repo, upgradeTrailer(plan))) === undefined,
  run: async (ctx, { plan }) => {
    await git.dropCommit(ctx, plan.repo, upgradeTrailer(plan), plan.upgradeRun)
    return { dropped: plan.upgradeCommit }
  },
}

/** What a person reverts is known by the trailer: without it this run would revert once more. */
const byHand =
  (plan: RollbackPlan, commit: string) =>
  (error: unknown): never => {
    if (!(error instanceof OpsError) || error.code !== 'git-conflict') throw error
    const { root } = plan.repo
    const { key, value } = revertTrailer(plan)
    const hints = [
      `git -C ${root} revert --no-commit ${commit}, and solve the conflict`,
      `git -C ${root} commit --trailer '${key}: ${value}'`,
      'then:  flux-ops runs resume',
    ]
    throw new OpsError({ code: error.code, message: error.message, hints, cause: error })
  }

export const revertCommit: WriteStep<RollbackPlan> = {
  kind: 'write',
  id: 'revert-commit',
  title: 'revert the commit of the upgrade',
  why: 'git has to say the older version again; the API versions in the files go back as well, and the older version serves them',
  preview: ({ plan }) => [`git revert ${plan.upgradeCommit ?? ''}`],
  isDone: async (ctx, { plan }) => (await git.findCommit(ctx, plan.repo, revertTrailer(plan))) !== undefined,
  run: async (ctx, { plan, runId }) => {
    // A squash may have lost the trailer: then it is the commit that the forge named.
    const commit = (await git.findCommit(ctx, plan.repo, upgradeTrailer(plan))) ?? plan.upgradeCommit
    if (commit === null) {
      throw new OpsError({
        code: 'commit-missing',
        message: `the commit of run ${plan.upgradeRun} is not on this branch any more`,
        hints: [`git -C ${plan.repo.root} log`],
      })
    }
    const body = [`This reverts commit ${commit}.`]
    const message = git.commitMessage(subjectOf(plan), body, [revertTrailer(plan), runTrailer(runId)])
    return { commit: await git.revert(ctx, plan.repo, commit, message).catch(byHand(plan, commit)) }
  },
  undo: (ctx, { plan, runId }) => git.dropCommit(ctx, plan.repo, revertTrailer(plan), runId),
}

export const push: WriteStep<RollbackPlan> = {
  kind: 'write',
  id: 'push',
  title: 'push the revert',
  why: 'Flux applies what the branch holds',
  preview: ({ plan }) => [git.pushLine(plan.repo, '<the revert>')],
  isDone: (ctx, { plan }) => git.isPushed(ctx, plan.repo, revertTrailer(plan)),
  run: async (ctx, { plan }) => {
    const { commit, replayed } = await git.pushCommit(ctx, plan.repo, revertTrailer(plan), () => assertReverted(ctx, plan, broughtBy(plan)))
    return { commit, replayed }
  },
}
