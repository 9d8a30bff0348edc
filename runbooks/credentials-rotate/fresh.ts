// The plan holds for the cluster and the branch that it was made for; and there is a way back only while the server takes the old credential.
import { findCommit, isHalfReplayed } from '../../src/actions/commit-and-push.ts'
import { assertPlannedCluster } from '../../src/actions/planned-cluster.ts'
import { refusal } from '../../src/errors.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { askAll, lineOf } from './admission.ts'
import { readKept } from './own-secret.ts'
import { type CredentialsView, phaseTrailer, what } from './plan-facts.ts'
import { standing } from './swap.ts'

/** Throws OpsError (refused) `wrong-cluster` or `wrong-branch`. */
export async function assertFresh(ctx: ReadContext, view: CredentialsView): Promise<void> {
  await assertPlannedCluster(ctx, view.plan)
  const repo = view.plan.sealed?.repo
  if (repo === undefined) return
  const upstream = await ctx.git.upstream(repo.root)
  if (upstream?.branch === repo.branch && upstream.remote === repo.remote) return
  for (const phase of ['next', 'back'] as const) if (await isHalfReplayed(ctx, repo, phaseTrailer(view.runId, phase))) return
  const begun = await findCommit(ctx, repo, phaseTrailer(view.runId, 'next'))
  throw refusal(
    'wrong-branch',
    `${repo.root} is not on the branch that the rotation ${begun === undefined ? 'was planned for' : 'was begun on'}: ${repo.branch}`,
    `git -C ${repo.root} switch ${repo.branch}`,
  )
}

/** Throws as assertFresh, and OpsError (refused) `old-refused`. */
export async function assertAbandon(ctx: ReadContext, view: CredentialsView): Promise<void> {
  await assertFresh(ctx, view)
  const kept = await readKept(ctx, view)
  if (kept === undefined || (await standing(ctx, view)) !== 'next') return
  const shut = (await askAll(ctx, view, kept.old, false)).filter(({ answer }) => answer === 'refused')
  if (shut.length === 0) return
  throw refusal(
    'old-refused',
    `the server does not take the old ${what(view.plan)} any more, and Flux would fetch nothing with it: ${shut.map(lineOf).join('; ')}`,
    `go on with the new one:  flux-ops runs resume ${view.runId}`,
    `or have the server take the old one again: ${view.plan.old}`,
  )
}
