// A plan holds for the cluster and the commit that it was made for.
import { findCommit, isHalfReplayed } from '../../src/actions/commit-and-push.ts'
import { assertPlannedCluster } from '../../src/actions/planned-cluster.ts'
import { refusal } from '../../src/errors.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { type MoveView, trailerOf } from './plan-facts.ts'

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
