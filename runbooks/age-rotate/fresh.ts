// The plan holds for the cluster and the branch that it was made for.
import { findCommit, isHalfReplayed } from '../../src/actions/commit-and-push.ts'
import { assertPlannedCluster } from '../../src/actions/planned-cluster.ts'
import { refusal } from '../../src/errors.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { phaseTrailer } from './phases.ts'
import type { RotateView } from './plan-facts.ts'

/** Throws OpsError (refused) `wrong-cluster` or `wrong-branch`. */
export async function assertFresh(ctx: ReadContext, view: RotateView): Promise<void> {
  const { repo } = view.plan
  await assertPlannedCluster(ctx, view.plan)
  const upstream = await ctx.git.upstream(repo.root)
  if (upstream?.branch === repo.branch && upstream.remote === repo.remote) return
  for (const phase of ['add', 'cut', 'back'] as const) if (await isHalfReplayed(ctx, repo, phaseTrailer(view.runId, phase))) return
  const begun = await findCommit(ctx, repo, phaseTrailer(view.runId, 'add'))
  throw refusal(
    'wrong-branch',
    `${repo.root} is not on the branch that the rotation ${begun === undefined ? 'was planned for' : 'was begun on'}: ${repo.branch}`,
    `git -C ${repo.root} switch ${repo.branch}`,
  )
}
