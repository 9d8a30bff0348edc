// A plan holds for the cluster and the commit that it was made for.
import { findCommit, isHalfReplayed, whereabouts } from '../../src/actions/commit-and-push.ts'
import { assertPlannedCluster } from '../../src/actions/planned-cluster.ts'
import { refusal } from '../../src/errors.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { type MoveView, NO_RETURN, trailerOf } from './plan-facts.ts'

/**
 * Behind the push nothing is taken back. That the branch has moved since is no reason not to: what is put back is the cluster, and files as they are in
 * git now. Throws OpsError (refused) `wrong-cluster`, `point-of-no-return` or `branch-moved`.
 */
export async function assertAbandon(ctx: ReadContext, view: MoveView): Promise<void> {
  const { repo } = view.plan
  await assertPlannedCluster(ctx, view.plan)
  const where = await whereabouts(ctx, repo, trailerOf(view))
  if (where === 'pushed')
    throw refusal('point-of-no-return', `run ${view.runId} cannot be taken back: ${NO_RETURN}`, `flux-ops runs resume ${view.runId}`)
  if (where === 'unknown')
    throw refusal(
      'branch-moved',
      `whether the commit of this run is on ${repo.remote}/${repo.branch} is not known: others have pushed`,
      `git -C ${repo.root} fetch ${repo.remote}`,
      `then:  flux-ops runs abandon ${view.runId}`,
    )
}

/** Throws OpsError (refused) `wrong-cluster` or `plan-stale-head`. */
export async function assertFresh(ctx: ReadContext, view: MoveView): Promise<void> {
  const { repo } = view.plan
  await assertPlannedCluster(ctx, view.plan)
  const now = await ctx.git.head(repo.root)
  if (now === repo.head) return
  if ((await findCommit(ctx, repo, trailerOf(view))) !== undefined || (await isHalfReplayed(ctx, repo, trailerOf(view)))) return
  throw refusal(
    'plan-stale-head',
    `the plan was made on commit ${repo.head.slice(0, 10)}, ${repo.root} is at ${now.slice(0, 10)} now`,
    `git -C ${repo.root} log --oneline ${repo.head.slice(0, 10)}..`,
    'take this run back and plan again:  flux-ops runs abandon',
  )
}
