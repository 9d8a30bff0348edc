// One commit with the run's id as a trailer: by it the commit is found again after a kill, a rebase, or by a later rollback.
import { OpsError } from '../errors.ts'
import type { Context, ReadContext } from '../ports/context.ts'
import type { Repository } from './installation.ts'
import { worktreeOf } from './worktree.ts'

export interface Trailer {
  readonly key: string
  readonly value: string
}

export const RUN_TRAILER = 'Flux-Ops-Run'
export const HOP_TRAILER = 'Flux-Ops-Hop'
export const ROLLBACK_TRAILER = 'Flux-Ops-Rollback-Of'

export const runTrailer = (runId: string): Trailer => ({ key: RUN_TRAILER, value: runId })

/** A run of several hops makes a commit for each: this tells them apart. `to`: the release that the hop ends at. */
export const hopTrailer = (runId: string, to: string): Trailer => ({ key: HOP_TRAILER, value: `${runId}/${to}` })

/** The revert is known by the run, and the hop of it, that it takes back: a second rollback finds it. `hop`: undefined for a run of one hop. */
export const rollbackTrailer = (runId: string, hop: string | undefined): Trailer => ({
  key: ROLLBACK_TRAILER,
  value: hop === undefined ? runId : hopTrailer(runId, hop).value,
})

/** The commit of a run of one hop, or of one hop of a run. */
export const commitTrailer = (runId: string, hop: string | undefined): Trailer =>
  hop === undefined ? runTrailer(runId) : hopTrailer(runId, hop)

/** Subject, body and trailers in the form that `git interpret-trailers` knows. */
export const commitMessage = (subject: string, body: readonly string[], trailers: readonly Trailer[]): string =>
  [subject, '', ...body, ...(body.length > 0 ? [''] : []), ...trailers.map((each) => `${each.key}: ${each.value}`)].join('\n')

/** Our commit on the current branch; undefined when there is none. */
export async function findCommit(ctx: ReadContext, repo: Repository, trailer: Trailer, ref = 'HEAD'): Promise<string | undefined> {
  const commits = await ctx.git.commitsWithTrailer(repo.root, ref, trailer.key, trailer.value)
  return commits[0]
}

/** Whether this run was cut short while it replayed its commit: then the branch is not checked out, and nobody but us has to put that right. */
export async function isHalfReplayed(ctx: ReadContext, repo: Repository, trailer: Trailer): Promise<boolean> {
  const began = await ctx.git.rebasing(repo.root)
  return began !== undefined && (await findCommit(ctx, repo, trailer, began)) === began
}

/** Takes a half replay of ours back, so that the branch is as it was before the race. */
export async function clearHalfReplay(ctx: Context, repo: Repository, trailer: Trailer): Promise<void> {
  if (await isHalfReplayed(ctx, repo, trailer)) await ctx.git.abortRebase(repo.root)
}

export async function needCommit(ctx: ReadContext, repo: Repository, trailer: Trailer): Promise<string> {
  const commit = await findCommit(ctx, repo, trailer)
  if (commit) return commit
  const { inProgress } = await ctx.git.status(repo.root)
  throw new OpsError({
    code: 'commit-missing',
    message: `no commit with ${trailer.key}: ${trailer.value} on what is checked out in ${repo.root}${inProgress === undefined ? '' : `: a ${inProgress} is under way there`}`,
    hints: [`git -C ${repo.root} ${inProgress === undefined ? `switch ${repo.branch}` : `${inProgress} --abort`}`],
  })
}

export type Whereabouts = 'none' | 'local' | 'pushed' | 'unknown'

/** Where our commit is, as the remote has it now. unknown: the remote has a head that this clone has not fetched. */
export async function whereabouts(ctx: ReadContext, repo: Repository, trailer: Trailer): Promise<Whereabouts> {
  const commit = await findCommit(ctx, repo, trailer)
  if (commit === undefined) return 'none'
  const remote = await ctx.git.remoteHead(repo.root, repo.remote, repo.branch)
  if (remote === undefined) return 'local'
  if (remote === commit) return 'pushed'
  const holds = await ctx.git.isAncestor(repo.root, commit, remote).catch(() => undefined)
  return holds === undefined ? 'unknown' : holds ? 'pushed' : 'local'
}

/** Whether the remote branch is known to hold the commit. What is not known counts as not pushed: the push finds out. */
export const isPushed = async (ctx: ReadContext, repo: Repository, trailer: Trailer): Promise<boolean> =>
  (await whereabouts(ctx, repo, trailer)) === 'pushed'

const ATTEMPTS = 3

/**
 * Pushes our commit; when somebody was faster, replays it on the new head. `recheck` is asked before every push whether the commit is
 * right where it is: also before the first, as a run that was killed between a replay and its push goes on here.
 * Throws what git says (`git-rejected`, `git-auth`, `git-conflict`), or `git-raced` after three lost races.
 */
export async function pushCommit(
  ctx: Context,
  repo: Repository,
  trailer: Trailer,
  recheck: () => Promise<void>,
): Promise<{ commit: string; replayed: number }> {
  await clearHalfReplay(ctx, repo, trailer)
  for (let replayed = 0; ; replayed++) {
    const commit = await needCommit(ctx, repo, trailer)
    await recheck()
    try {
      await ctx.git.push(repo.root, repo.remote, commit, repo.branch)
      return { commit, replayed }
    } catch (error) {
      if (!(error instanceof OpsError && error.code === 'git-raced') || replayed + 1 >= ATTEMPTS) throw error
    }
    const theirs = await ctx.git.fetch(repo.root, repo.remote, repo.branch)
    const there = await findCommit(ctx, repo, trailer, theirs)
    await ctx.git.rebase(repo.root, theirs)
    if (there !== undefined) return { commit: there, replayed }
  }
}

export const pushLine = (repo: Repository, commit: string): string => `git push ${repo.remote} ${commit}:refs/heads/${repo.branch}`

/** Takes our commit off the branch. Refuses once it is on the remote, or when something was committed on top. */
export async function dropCommit(ctx: Context, repo: Repository, trailer: Trailer, runId: string): Promise<void> {
  await clearHalfReplay(ctx, repo, trailer)
  const commit = await findCommit(ctx, repo, trailer)
  if (commit === undefined) return
  let where = await whereabouts(ctx, repo, trailer)
  if (where === 'unknown') {
    await ctx.git.fetch(repo.root, repo.remote, repo.branch)
    where = await whereabouts(ctx, repo, trailer)
  }
  if (where !== 'local') {
    throw new OpsError({
      code: 'commit-pushed',
      message: `commit ${commit.slice(0, 10)} is on ${repo.remote}/${repo.branch} already; it is taken back by a revert, not dropped`,
      hints: [`flux-ops rollback ${runId}`],
      exit: 'refused',
    })
  }
  if ((await ctx.git.head(repo.root)) !== commit) {
    throw new OpsError({
      code: 'commit-not-on-top',
      message: `there are commits on top of ${commit.slice(0, 10)} in ${repo.root}`,
      hints: [`git -C ${repo.root} revert ${commit.slice(0, 10)}`],
      exit: 'refused',
    })
  }
  await ctx.git.dropTo(repo.root, `${commit}^`)
}

/**
 * Reverts on the newest head of the branch, so that commits that came after the upgrade stay. In a work tree of the run's own that head is
 * checked out: what the person has committed and not pushed is no part of a pull request. Elsewhere it throws OpsError `git-unpushed`
 * (refused) where the clone has commits that the remote has not: they would be pushed with the revert, and nobody has planned that.
 */
export async function revert(ctx: Context, repo: Repository, commit: string, message: string): Promise<string> {
  const theirs = await ctx.git.fetch(repo.root, repo.remote, repo.branch)
  const head = await ctx.git.head(repo.root)
  if (head !== theirs) {
    if (repo.root === worktreeOf(ctx)) await ctx.git.checkout(repo.root, theirs)
    else if (!(await ctx.git.isAncestor(repo.root, head, theirs))) throw unpushed(repo, theirs, 'the revert')
    else await ctx.git.rebase(repo.root, theirs)
  }
  return ctx.git.revert(repo.root, commit, message)
}

/** Before a commit of ours: what stands below it is pushed with it. Throws OpsError `git-unpushed` (refused), and those of fetch. */
export async function assertAllPushed(ctx: Context, repo: Repository): Promise<void> {
  const theirs = await ctx.git.fetch(repo.root, repo.remote, repo.branch)
  if (!(await ctx.git.isAncestor(repo.root, await ctx.git.head(repo.root), theirs))) throw unpushed(repo, theirs, 'the commit of this run')
}

const unpushed = ({ root, remote, branch }: Repository, theirs: string, what: string): OpsError =>
  new OpsError({
    code: 'git-unpushed',
    message: `${root} has commits that ${remote}/${branch} does not have: they would be pushed with ${what}`,
    hints: [
      `git -C ${root} log --oneline ${theirs.slice(0, 10)}..`,
      `git -C ${root} push, or take them off the branch; then:  flux-ops runs resume`,
    ],
    exit: 'refused',
  })
