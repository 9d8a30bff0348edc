// The upgrade run as its journal tells it, and what has become of its commit.
import { intact, readIndex } from '../../src/actions/backup.ts'
import { commitTrailer, findCommit, rollbackTrailer, whereabouts } from '../../src/actions/commit-and-push.ts'
import { hopKey, hopManifests, hopStepId } from '../../src/actions/hop-ids.ts'
import { CHECKOUT, mergedIn, pullRequestOf } from '../../src/actions/proposal.ts'
import { OLD_MANIFESTS } from '../../src/actions/render.ts'
import { eventsOf, factsOf, findEvent } from '../../src/actions/run-record.ts'
import { refusal } from '../../src/errors.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { StoredRun } from '../../src/ports/runs.ts'
import { type RecordedUpgrade, recordedUpgrade } from './plan-schema.ts'

export interface Recorded {
  readonly run: StoredRun
  readonly dir: string
  /** `from` and `to` are those of the hop that is taken back: of a chain the last one that was begun. */
  readonly upgrade: RecordedUpgrade
  /** Place of that hop in the chain; undefined for a run of one hop. */
  readonly hop: number | undefined
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
  return { run, dir: run.dir, ...lastBegun(run, parsed.data) }
}

function lastBegun(run: StoredRun, upgrade: RecordedUpgrade): Pick<Recorded, 'upgrade' | 'hop'> {
  if (upgrade.hops === undefined) return { upgrade, hop: undefined }
  const started = eventsOf(run).flatMap((event) => (event.type === 'step.started' ? [event.id] : []))
  const found = upgrade.hops.findLastIndex(({ to }) => started.some((id) => id.endsWith(`-${hopKey(to)}`)))
  const index = Math.max(found, 0)
  return { upgrade: { ...upgrade, ...upgrade.hops[index] }, hop: index }
}

/** Version that names the hop in ids and trailers; undefined for a run of one hop. */
export const hopVersion = ({ upgrade, hop }: Pick<Recorded, 'upgrade' | 'hop'>): string | undefined =>
  hop === undefined ? undefined : upgrade.to

/** Steps that put a hop's version into the cluster, and write down from what. */
const APPLIES = ['apply', 'operator-applies']

/** What ran before the hop, and the SHA-256 of it as it was written down; undefined when nobody wrote it down. */
export async function oldManifests(ctx: ReadContext, recorded: Recorded): Promise<{ path: string; sha256: string } | undefined> {
  const { run, dir, upgrade, hop } = recorded
  if (hop === undefined || hop === 0) {
    const sha256 = (await readIndex(ctx, dir))?.files[OLD_MANIFESTS]
    return sha256 === undefined ? undefined : { path: OLD_MANIFESTS, sha256 }
  }
  const ids = APPLIES.map((id) => hopStepId(id, upgrade.from))
  const applied = eventsOf(run).findLast((event) => event.type === 'step.finished' && ids.includes(event.id))
  const sha256 = applied?.type === 'step.finished' ? applied.facts.sha256 : undefined
  return typeof sha256 === 'string' ? { path: hopManifests(upgrade.from), sha256 } : undefined
}

/** The file is what was written down. */
export const isIntact = async (ctx: ReadContext, dir: string, kept: { path: string; sha256: string }): Promise<boolean> =>
  intact(ctx, dir, { files: { [kept.path]: kept.sha256 } }, kept.path)

export type CommitState = { readonly state: 'none' | 'local' | 'pushed' | 'reverted'; readonly commit: string | null }

/** Throws OpsError (refused) `commit-lost` or `remote-unknown`: what is not known is never taken for "nothing was committed" or "never pushed". */
export async function commitState(ctx: ReadContext, recorded: Pick<Recorded, 'run' | 'upgrade' | 'hop'>): Promise<CommitState> {
  const { run, upgrade } = recorded
  if (upgrade.pullRequest !== undefined) return proposedState(ctx, { run, upgrade })
  const { repo } = upgrade
  const version = hopVersion(recorded)
  const trailer = commitTrailer(run.id, version)
  const commit = await findCommit(ctx, repo, trailer)
  if (commit === undefined) {
    if (!maybePushed(run, version)) return { state: 'none', commit: null }
    throw refusal(
      'commit-lost',
      `run ${run.id} pushed a commit to ${repo.branch}, and it is not among the newest 200 of what is checked out in ${repo.root}`,
      `git -C ${repo.root} pull --ff-only`,
      `if it is older than that, revert it by hand:  git -C ${repo.root} log --grep '${trailer.key}: ${trailer.value}'`,
    )
  }
  const reverted = await findCommit(ctx, repo, rollbackTrailer(run.id, version))
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
const maybePushed = (run: StoredRun, version: string | undefined): boolean => {
  const events = eventsOf(run)
  const idOf = (id: string): string => (version === undefined ? id : hopStepId(id, version))
  const dropped = events.some((event) => event.type === 'undo.finished' && event.id === idOf('commit'))
  return !dropped && events.some((event) => event.type === 'step.started' && event.id === idOf('push'))
}

/** Of an upgrade that went by a pull request: a squash may have lost the trailer, so that the commit is known by the forge's answer as well. */
async function proposedState(ctx: ReadContext, { run, upgrade }: Pick<Recorded, 'run' | 'upgrade'>): Promise<CommitState> {
  const { repo } = upgrade
  const merged = await mergeOf(ctx, { run, upgrade })
  if (merged === 'none') return { state: 'none', commit: null }
  const commit = (await findCommit(ctx, repo, commitTrailer(run.id, undefined))) ?? (await onBranch(ctx, repo, merged))
  if (commit === undefined) {
    throw refusal(
      'commit-lost',
      `what run ${run.id} had merged into ${repo.branch} is not on what is checked out in ${repo.root}`,
      `git -C ${repo.root} pull --ff-only`,
    )
  }
  const reverted = await findCommit(ctx, repo, rollbackTrailer(run.id, undefined))
  return { state: reverted === undefined ? 'pushed' : 'reverted', commit }
}

const onBranch = async (ctx: ReadContext, repo: RecordedUpgrade['repo'], commit: string | undefined): Promise<string | undefined> => {
  const isThere = commit !== undefined && (await ctx.git.isAncestor(repo.root, commit, 'HEAD').catch(() => false))
  return isThere ? commit : undefined
}

/** The commit of the merge where the forge told it; `none` before a branch was pushed. Throws OpsError (refused) `pull-request-open`. */
async function mergeOf(ctx: ReadContext, { run, upgrade }: Pick<Recorded, 'run' | 'upgrade'>): Promise<string | undefined> {
  const facts = factsOf(run)
  if (facts[CHECKOUT] !== undefined) return mergedIn(facts)
  const { pullRequest: forge, repo } = upgrade
  if (facts['push-branch'] === undefined || forge === undefined) return 'none'
  // Runs of before did not name it when they were killed between the push and the line that tells of it: the number tells as well.
  const { branch: named } = facts['push-branch']
  const branch = typeof named === 'string' ? named : ''
  const found = await pullRequestOf(ctx, { runId: run.id, repo, forge, branch, trailer: commitTrailer(run.id, undefined), facts })
  if (found?.state === 'merged') return found.commit
  throw refusal(
    'pull-request-open',
    `nothing of run ${run.id} is merged${found ? `: ${found.url} is ${found.state}` : ''}`,
    `flux-ops runs abandon ${run.id}`,
  )
}
