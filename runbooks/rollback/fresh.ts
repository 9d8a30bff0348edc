// The plan holds for the cluster it was made for, and while the commit is where the plan saw it.
import { findCommit, isHalfReplayed } from '../../src/actions/commit-and-push.ts'
import { assertPlannedCluster } from '../../src/actions/planned-cluster.ts'
import { assertNotClosed } from '../../src/actions/proposal.ts'
import { refusal } from '../../src/errors.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { type RollbackView, revertTrailer, upgradeTrailer } from './plan-facts.ts'
import type { RollbackPlan } from './plan-schema.ts'
import { proposalOf } from './pull-request.ts'

/** Throws OpsError (refused) `wrong-cluster` or `plan-stale-head`. */
export async function assertFresh(ctx: ReadContext, plan: RollbackPlan, view: RollbackView): Promise<void> {
  await assertPlannedCluster(ctx, plan)
  if (plan.commit === 'none' || plan.commit === 'local') return
  const proposal = proposalOf(view)
  if (proposal && view.facts.worktree !== undefined) return assertNotClosed(ctx, proposal)
  const upgraded = await findCommit(ctx, plan.repo, upgradeTrailer(plan))
  const reverted = await findCommit(ctx, plan.repo, revertTrailer(plan))
  if (
    upgraded !== undefined ||
    reverted !== undefined ||
    (await holds(ctx, plan)) ||
    (await isHalfReplayed(ctx, plan.repo, revertTrailer(plan)))
  )
    return
  throw refusal(
    'plan-stale-head',
    `the commit of run ${plan.upgradeRun} is not on the branch checked out in ${plan.repo.root}`,
    `git -C ${plan.repo.root} switch ${plan.repo.branch}`,
  )
}

/** A squash without our trailer. */
const holds = async (ctx: ReadContext, { repo, upgradeCommit }: RollbackPlan): Promise<boolean> =>
  upgradeCommit !== null && (await ctx.git.isAncestor(repo.root, upgradeCommit, 'HEAD').catch(() => false))
