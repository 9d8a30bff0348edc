// A change that is proposed instead of pushed: a branch with the run's id in its name, and the pull request that was opened for it.
import type { Facts } from '../engine/model.ts'
import { OpsError, refusal } from '../errors.ts'
import type { Context, ReadContext } from '../ports/context.ts'
import type { ForgeKind, ForgeRepository, PullRequest } from '../ports/forge.ts'
import { needCommit, type Trailer } from './commit-and-push.ts'
import type { Repository } from './installation.ts'
import { hasWorktree, worktreeOf } from './worktree.ts'

/** As plans hold it. */
export type ForgePlaceOfPlan = { readonly kind: ForgeKind; readonly url: string; readonly path: string }

export interface Proposal {
  readonly runId: string
  /** The person's clone, and the branch to be merged into. */
  readonly repo: Repository
  readonly forge: ForgePlaceOfPlan
  readonly branch: string
  readonly trailer: Trailer
  /** What leads back behind the merge; left out: a rollback. */
  readonly back?: string
  readonly facts: Readonly<Record<string, Facts>>
}

export const OPEN = 'open-pull-request'
export const CHECKOUT = 'checkout-merge'

export const forgeOf = ({ forge, repo }: Pick<Proposal, 'forge' | 'repo'>): ForgeRepository => ({ ...forge, dir: repo.root })

export const numberIn = (facts: Proposal['facts']): number | undefined => {
  const number = facts[OPEN]?.number
  return typeof number === 'number' && number > 0 ? number : undefined
}

/** Where a person finds it; words until it is opened. */
export const addressIn = (facts: Proposal['facts']): string => {
  const url = facts[OPEN]?.url
  return typeof url === 'string' ? url : 'the pull request'
}

/** The commit that the merge made; undefined before it and where the forge did not tell. */
export const mergedIn = (facts: Proposal['facts']): string | undefined => {
  const commit = facts[CHECKOUT]?.commit
  return typeof commit === 'string' ? commit : undefined
}

/** By its number once that is known, else by its branch: found again after a kill. */
export async function pullRequestOf(ctx: ReadContext, proposal: Proposal): Promise<PullRequest | undefined> {
  const number = numberIn(proposal.facts)
  if (number !== undefined) return ctx.forge.get(forgeOf(proposal), number)
  return ctx.forge.find(forgeOf(proposal), { head: proposal.branch, base: proposal.repo.branch })
}

export async function openOnce(ctx: Context, proposal: Proposal, text: { title: string; body: string }): Promise<PullRequest> {
  const branches = { head: proposal.branch, base: proposal.repo.branch }
  const found = await ctx.forge.find(forgeOf(proposal), branches)
  if (found) return found
  try {
    return await ctx.forge.open(forgeOf(proposal), { ...branches, ...text })
  } catch (error) {
    const meanwhile =
      error instanceof OpsError && error.code === 'forge-exists' ? await ctx.forge.find(forgeOf(proposal), branches) : undefined
    if (meanwhile) return meanwhile
    throw error
  }
}

export const closedUnmerged = ({ runId }: Pick<Proposal, 'runId'>, { number, url }: PullRequest): OpsError =>
  refusal(
    'pull-request-closed',
    `pull request ${number} was closed and not merged: ${url}`,
    `take the run back:  flux-ops runs abandon ${runId}`,
    `or open it again there, then:  flux-ops runs resume ${runId}`,
  )

/** Throws OpsError (refused) `pull-request-closed`. Nothing is asked once the merge was taken, or before there is a pull request. */
export async function assertNotClosed(ctx: ReadContext, proposal: Proposal): Promise<void> {
  if (numberIn(proposal.facts) === undefined || proposal.facts[CHECKOUT] !== undefined) return
  const found = await pullRequestOf(ctx, proposal)
  if (found?.state === 'closed') throw closedUnmerged(proposal, found)
}

/** Throws OpsError (refused) `pull-request-merged`: behind the merge a run goes on or is rolled back. */
export async function assertUnmerged(ctx: ReadContext, proposal: Proposal): Promise<PullRequest | undefined> {
  const found = await pullRequestOf(ctx, proposal)
  if (found?.state !== 'merged') return found
  throw refusal(
    'pull-request-merged',
    `pull request ${found.number} is merged: Flux acts on it already, so that the run can no longer be taken back by abandon`,
    `flux-ops runs resume ${proposal.runId}`,
    proposal.back ?? `or, once it is resumed, back with:  flux-ops rollback ${proposal.runId}`,
  )
}

export async function pushBranch(ctx: Context, { repo, branch, trailer }: Proposal): Promise<string> {
  const root = worktreeOf(ctx)
  const commit = await needCommit(ctx, { ...repo, root }, trailer)
  await ctx.git.push(root, repo.remote, commit, branch)
  return commit
}

/** The merged branch in the work tree; returns its head. Throws `merge-not-on-branch`. */
export async function takeMerge(ctx: Context, { repo }: Proposal, merged: PullRequest): Promise<string> {
  const head = await ctx.git.fetch(repo.root, repo.remote, repo.branch)
  const { commit } = merged
  if (commit !== undefined && !(await ctx.git.isAncestor(repo.root, commit, head).catch(() => false))) {
    throw new OpsError({
      code: 'merge-not-on-branch',
      message: `${merged.url} is merged as ${commit.slice(0, 10)}, and ${repo.remote}/${repo.branch} does not have that commit`,
      hints: [`was ${repo.branch} rewritten since?  git -C ${repo.root} log ${repo.remote}/${repo.branch}`],
    })
  }
  if (await hasWorktree(ctx)) await ctx.git.checkout(worktreeOf(ctx), head)
  else await ctx.git.addWorktree(repo.root, worktreeOf(ctx), head)
  return head
}

/** Brings the person's own branch to where the run ended, if that moves nothing of theirs; says what it did. */
export async function bringForward(ctx: Context, repo: Repository, head: string): Promise<string> {
  const { root } = repo
  const [at, upstream, { entries, inProgress }] = await Promise.all([ctx.git.head(root), ctx.git.upstream(root), ctx.git.status(root)])
  if (at === head) return `${root} is at ${head.slice(0, 10)}`
  const why =
    upstream?.remote !== repo.remote || upstream.branch !== repo.branch
      ? `another branch than ${repo.branch} is checked out`
      : entries.length > 0 || inProgress !== undefined
        ? 'it has changes of its own'
        : (await ctx.git.isAncestor(root, at, head))
          ? undefined
          : `it has commits that ${repo.remote}/${repo.branch} does not have`
  if (why !== undefined) return `${root} is left as it is: ${why}`
  await ctx.git.fastForward(root, head)
  return `${root} moved forward to ${head.slice(0, 10)}`
}
