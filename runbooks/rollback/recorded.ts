// The upgrade run as its journal tells it, and what has become of its commit.
import { findCommit, ROLLBACK_TRAILER, runTrailer, whereabouts } from '../../src/actions/commit-and-push.ts'
import { eventsOf, findEvent } from '../../src/actions/run-record.ts'
import { refusal } from '../../src/errors.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { StoredRun } from '../../src/ports/runs.ts'
import { type RecordedUpgrade, recordedUpgrade } from './plan-schema.ts'

export interface Recorded {
  readonly run: StoredRun
  readonly dir: string
  readonly upgrade: RecordedUpgrade
}

/** Throws OpsError `run-missing`, `journal-broken`, `not-an-upgrade`, `run-without-plan` or `run-unreadable`. */
export async function readUpgrade(ctx: ReadContext, id: string): Promise<Recorded> {
  const run = await ctx.runs.read(id)
  const runbook = findEvent(run, 'run.started')?.runbook
  if (runbook !== 'upgrade')
    throw refusal(
      'not-an-upgrade',
      `run ${id} is ${runbook === undefined ? 'not readable' : `a run of ${runbook}`}, not an upgrade`,
      'flux-ops runs list',
    )
  const made = findEvent(run, 'plan.made')
  if (!made)
    throw refusal('run-without-plan', `run ${id} ended before it had a plan: there is nothing to take back`, `flux-ops runs show ${id}`)
  const parsed = recordedUpgrade.safeParse(made.plan)
  if (!parsed.success)
    throw refusal(
      'run-unreadable',
      `the plan of run ${id} was written by another version of flux-ops`,
      'use the version that made it:  flux-ops runs show',
    )
  return { run, dir: run.dir, upgrade: parsed.data }
}

export type CommitState = { readonly state: 'none' | 'local' | 'pushed' | 'reverted'; readonly commit: string | null }

/** Throws OpsError (refused) `commit-lost` or `remote-unknown`: what is not known is never taken for "nothing was committed" or "never pushed". */
export async function commitState(ctx: ReadContext, { run, upgrade }: Pick<Recorded, 'run' | 'upgrade'>): Promise<CommitState> {
  const { repo } = upgrade
  const trailer = runTrailer(run.id)
  const commit = await findCommit(ctx, repo, trailer)
  if (commit === undefined) {
    if (!maybePushed(run)) return { state: 'none', commit: null }
    throw refusal(
      'commit-lost',
      `run ${run.id} pushed a commit to ${repo.branch}, and it is not among the newest 200 of what is checked out in ${repo.root}`,
      `git -C ${repo.root} pull --ff-only`,
      `if it is older than that, revert it by hand:  git -C ${repo.root} log --grep '${trailer.key}: ${run.id}'`,
    )
  }
  const reverted = await findCommit(ctx, repo, { key: ROLLBACK_TRAILER, value: run.id })
  if (reverted !== undefined) return { state: 'reverted', commit }
  const where = await whereabouts(ctx, repo, trailer)
  if (where === 'local' || where === 'pushed') return { state: where, commit }
  throw refusal(
    'remote-unknown',
    `${repo.remote}/${repo.branch} has commits that ${repo.root} does not have: whether the commit of run ${run.id} is among them is not known`,
    `git -C ${repo.root} fetch ${repo.remote} ${repo.branch}`,
  )
}

/** A push was begun, and the commit was not taken back by an abandon since. */
const maybePushed = (run: StoredRun): boolean => {
  const events = eventsOf(run)
  const dropped = events.some((event) => event.type === 'undo.finished' && event.id === 'commit')
  return !dropped && events.some((event) => event.type === 'step.started' && event.id === 'push')
}
