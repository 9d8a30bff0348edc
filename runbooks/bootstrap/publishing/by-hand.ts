// git.publish none: files are written, a person commits and pushes them, and the run goes on with what the branch has then.
import { inWorktree, worktreeOf } from '../../../src/actions/worktree.ts'
import type { ManualStep, Step, WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Context } from '../../../src/ports/context.ts'
import { type BootstrapView, pathsOf } from '../plan-facts.ts'
import type { BootstrapPlan } from '../plan-schema.ts'
import { lackingAt } from './on-branch.ts'

const pushed: ManualStep<BootstrapPlan> = {
  kind: 'manual',
  id: 'pushed-by-you',
  title: 'wait until the branch has the files',
  why: 'who commits, how it is signed and who looks at it is yours; nothing of Flux is in the cluster yet',
  pointOfNoReturn: 'what you have pushed stays: from here on the way back is a revert by hand',
  instructions: ({ plan, runId }) => [
    `the files lie in ${plan.repo.root}, not committed:`,
    ...pathsOf(plan).map((path) => `  ${path}`),
    `commit them and bring them to branch ${plan.repo.branch} of ${plan.repo.url}, whichever way you like:`,
    `  git -C ${plan.repo.root} add -- ${pathsOf(plan).join(' ')}`,
    `  git -C ${plan.repo.root} commit -m 'Bootstrap cluster ${plan.file.metadata.name} with Flux ${plan.file.flux.version}'`,
    `  git -C ${plan.repo.root} push ${plan.repo.remote} HEAD:refs/heads/${plan.repo.branch}`,
    `or take it back:  flux-ops runs abandon ${runId}`,
  ],
  isDone: async (ctx, { plan }) => {
    const { root, remote, branch } = plan.repo
    const commit = await ctx.git.remoteCommit(root, remote, branch)
    return commit !== undefined && (await lackingAt(ctx, plan, commit)).length === 0
  },
}

async function take(ctx: Context, { plan, runId }: BootstrapView): Promise<{ commit: string }> {
  const { root, remote, branch } = plan.repo
  const commit = await ctx.git.fetch(root, remote, branch)
  const lacking = await lackingAt(ctx, plan, commit)
  if (lacking.length > 0)
    throw new OpsError({
      code: 'branch-moved',
      message: [`${remote}/${branch} has lost what it had a moment ago:`, ...lacking.map((line) => `  ${line}`)].join('\n'),
      hints: [`git -C ${root} log ${remote}/${branch}`, `then:  flux-ops runs resume ${runId}`],
    })
  await ctx.git.addWorktree(root, worktreeOf(ctx), commit)
  return { commit }
}

const branch: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'take-branch',
  title: 'take the branch as it is now',
  why: 'what is installed is what was pushed, with whatever else is on the branch; your clone stays as it is',
  preview: ({ plan }) => [
    `git fetch ${plan.repo.remote} ${plan.repo.branch}`,
    `git worktree add --detach <run>/worktree ${plan.repo.remote}/${plan.repo.branch}`,
  ],
  // Made anew: a branch that moved in between is only better.
  isDone: async () => false,
  run: take,
}

const tidy: WriteStep<BootstrapPlan> = {
  kind: 'write',
  id: 'tidy',
  title: 'remove the work tree',
  why: 'it has done its work',
  preview: () => ['git worktree remove <run>/worktree'],
  isDone: async (ctx) => !(await ctx.files.exists(worktreeOf(ctx))),
  run: async (ctx, { plan }) => {
    await ctx.git.removeWorktree(plan.repo.root, worktreeOf(ctx))
    return {}
  },
}

/** The same steps, with a person in the place of commit and push. */
export function byHand(steps: readonly Step<BootstrapPlan>[]): Step<BootstrapPlan>[] {
  const at = steps.findIndex(({ id }) => id === 'commit')
  const behind = steps.slice(at).filter(({ id }) => id !== 'commit' && id !== 'push')
  return [...steps.slice(0, at), pushed, branch, ...behind.map((step) => inWorktree(step)), tidy]
}
