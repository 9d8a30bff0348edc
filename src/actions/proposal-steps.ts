// The steps around a pull request, the same for every runbook that changes the repository.
import type { ManualStep, Step, View, WriteStep } from '../engine/model.ts'
import { OpsError } from '../errors.ts'
import type { ReadContext } from '../ports/context.ts'
import {
  addressIn,
  assertUnmerged,
  bringForward,
  CHECKOUT,
  closedUnmerged,
  forgeOf,
  OPEN,
  openOnce,
  type Proposal,
  pullRequestOf,
  pushBranch,
  takeMerge,
} from './proposal.ts'
import { hasWorktree, type InRepository, inWorktree, isWhole, viewInWorktree, worktreeOf } from './worktree.ts'

export interface Proposing<P> {
  of(view: View<P>): Proposal
  title(view: View<P>): string
  /** Markdown. */
  body(view: View<P>): string
  readonly pointOfNoReturn: string
  /** Throws when what was made in the work tree is not what is to be proposed; the view is in it. */
  recheck?(ctx: ReadContext, view: View<P>): Promise<void>
  /** Throws when the merged branch does not say what was proposed; the view is in the work tree. */
  assertMerged(ctx: ReadContext, view: View<P>): Promise<void>
}

const worktree = <P extends InRepository>(): WriteStep<P> => ({
  kind: 'write',
  id: 'worktree',
  title: 'make a work tree for the change',
  why: 'the change is made beside your checkout, which stays on its branch and as it is',
  preview: ({ plan }) => [`git worktree add --detach <run>/worktree ${plan.repo.head}`],
  isDone: (ctx, { plan }) => isWhole(ctx, plan.repo.head),
  run: async (ctx, { plan }) => {
    await ctx.git.addWorktree(plan.repo.root, worktreeOf(ctx), plan.repo.head)
    return { worktree: worktreeOf(ctx) }
  },
  undo: (ctx, { plan }) => ctx.git.removeWorktree(plan.repo.root, worktreeOf(ctx)),
})

const branch = <P extends InRepository>({ of, recheck }: Proposing<P>): WriteStep<P> => ({
  kind: 'write',
  id: 'push-branch',
  title: 'push the change to a branch of its own',
  why: 'the branch that Flux follows is left to those who may merge',
  preview: (view) => [`git push ${of(view).repo.remote} <commit of this run>:refs/heads/${of(view).branch}`],
  isDone: async (ctx, view) => {
    const { repo, branch: name } = of(view)
    return (await ctx.git.remoteHead(repo.root, repo.remote, name)) !== undefined
  },
  factsWhenDone: async (_ctx, view) => ({ branch: of(view).branch }),
  run: async (ctx, view) => {
    await recheck?.(ctx, viewInWorktree(ctx, view))
    return { branch: of(view).branch, commit: await pushBranch(ctx, of(view)) }
  },
  undo: (ctx, view) => ctx.git.deleteRemoteBranch(of(view).repo.root, of(view).repo.remote, of(view).branch),
  undoPreview: (view) => [`delete branch ${of(view).branch} on ${of(view).repo.remote}`],
})

const open = <P>({ of, title, body }: Proposing<P>): WriteStep<P> => ({
  kind: 'write',
  id: OPEN,
  title: 'open the pull request',
  why: 'who guards the branch decides; nothing in the cluster changes until it is merged',
  preview: (view) => [`on ${of(view).forge.url}/${of(view).forge.path}: ${of(view).branch} into ${of(view).repo.branch}, "${title(view)}"`],
  isDone: async (ctx, view) => (await pullRequestOf(ctx, of(view))) !== undefined,
  factsWhenDone: async (ctx, view) => {
    const found = await pullRequestOf(ctx, of(view))
    return found ? { number: found.number, url: found.url } : {}
  },
  run: async (ctx, view) => {
    const { number, url } = await openOnce(ctx, of(view), { title: title(view), body: body(view) })
    return { number, url }
  },
  undo: async (ctx, view) => {
    const found = await assertUnmerged(ctx, of(view))
    if (found?.state === 'open') await ctx.forge.close(forgeOf(of(view)), found.number)
  },
  undoPreview: (view) => [`close ${addressIn(view.facts)} without merging it`],
})

const merged = <P>({ of, pointOfNoReturn }: Proposing<P>): ManualStep<P> => ({
  kind: 'manual',
  id: 'merged',
  title: 'wait until the pull request is merged',
  why: 'from the merge on Flux acts by itself; the run goes on from there',
  pointOfNoReturn,
  instructions: (view) => [
    `merge ${addressIn(view.facts)} (by merge commit, squash or rebase)`,
    `from the merge on: ${pointOfNoReturn}`,
    `or take it back:  flux-ops runs abandon ${view.runId}`,
  ],
  isDone: async (ctx, view) => {
    const found = await pullRequestOf(ctx, of(view))
    if (found?.state === 'closed') throw closedUnmerged(of(view), found)
    return found?.state === 'merged'
  },
})

const checkout = <P extends InRepository>({ of, assertMerged }: Proposing<P>): WriteStep<P> => ({
  kind: 'write',
  id: CHECKOUT,
  title: 'take the merged branch',
  why: 'what is applied from here on is what was merged, with whatever others merged beside it',
  preview: (view) => [`git fetch ${of(view).repo.remote} ${of(view).repo.branch}`, 'git checkout --detach FETCH_HEAD, in <run>/worktree'],
  // Asked again and checked again: a branch that moved in between is only better.
  isDone: async () => false,
  run: async (ctx, view) => {
    const found = await pullRequestOf(ctx, of(view))
    if (found?.state !== 'merged') {
      throw new OpsError({
        code: 'pull-request-open',
        message: `${addressIn(view.facts)} is not merged`,
        hints: [`flux-ops runs resume ${view.runId}`],
      })
    }
    const head = await takeMerge(ctx, of(view), found)
    await assertMerged(ctx, viewInWorktree(ctx, view))
    return { head, commit: found.commit ?? null }
  },
})

const tidy = <P extends InRepository>(): WriteStep<P> => ({
  kind: 'write',
  id: 'tidy-clone',
  title: 'bring your clone to what was merged',
  why: 'the work tree has done its work; your branch follows if that moves nothing of yours',
  preview: ({ plan }) => [
    `git -C ${plan.repo.root} merge --ff-only ${plan.repo.remote}/${plan.repo.branch}, if it is clean and on ${plan.repo.branch}`,
    'git worktree remove <run>/worktree',
  ],
  isDone: async (ctx) => !(await ctx.files.exists(worktreeOf(ctx))),
  run: async (ctx, { plan }) => {
    // A removal that was cut short: the branch was brought forward before it.
    const clone = (await hasWorktree(ctx)) ? await bringForward(ctx, plan.repo, await ctx.git.head(worktreeOf(ctx))) : null
    await ctx.git.removeWorktree(plan.repo.root, worktreeOf(ctx))
    return { clone }
  },
})

export interface Placed {
  /** Ids of the steps that change files; the first of them needs the work tree. */
  readonly edits: readonly string[]
  /** Id of the step that pushes to the branch that Flux follows: the pull request takes its place. */
  readonly push: string
}

/** The same steps, with a pull request in the place of the push and everything that reads or changes files in a work tree. */
export function proposed<P extends InRepository>(steps: readonly Step<P>[], { edits, push }: Placed, proposing: Proposing<P>): Step<P>[] {
  const first = steps.findIndex((step) => edits.includes(step.id))
  const around = [branch(proposing), open(proposing), merged(proposing), checkout(proposing)]
  return [
    ...steps.slice(0, first),
    worktree<P>(),
    ...steps.slice(first).flatMap((step): Step<P>[] => (step.id === push ? around : [inWorktree(step)])),
    tidy<P>(),
  ]
}
