// Which run is meant, and where it is to go on.
import { replay } from '../engine/replay.ts'
import { isRunId } from '../engine/run-id.ts'
import { hasBegun, isFinished, type RunState } from '../engine/run-state.ts'
import { OpsError, usageError } from '../errors.ts'
import type { RunReader } from '../ports/runs.ts'
import type { ClusterFlags, RunFlags } from './run-flags.ts'

export interface KnownRun {
  readonly id: string
  readonly dir: string
  readonly state: RunState
}

export async function readKnownRun(runs: RunReader, id: string): Promise<KnownRun> {
  if (!isRunId(id)) throw usageError('run-missing', `"${id}" is not the id of a run`, 'flux-ops runs list')
  const stored = await runs.read(id)
  return { id, dir: stored.dir, state: replay(stored.lines, stored.tornBytes) }
}

export interface BrokenRun {
  readonly id: string
  readonly error: OpsError
}

/** Newest first. A run whose journal cannot be read is told apart, never left out. */
export async function allRuns(runs: RunReader): Promise<(KnownRun | BrokenRun)[]> {
  const ids = (await runs.list()).toReversed()
  return Promise.all(
    ids.map(async (id) => {
      try {
        return await readKnownRun(runs, id)
      } catch (error) {
        if (error instanceof OpsError) return { id, error }
        throw error
      }
    }),
  )
}

/** Runs that a later run has taken back: they failed, and are not to be gone on with. */
export function rolledBack(runs: readonly (KnownRun | BrokenRun)[]): ReadonlySet<string> {
  const ids = runs.flatMap((run) => {
    if (!('state' in run) || run.state.run?.runbook !== 'rollback' || run.state.outcome !== 'done') return []
    const { input } = run.state.run
    return typeof input === 'object' && input !== null && 'run' in input && typeof input.run === 'string' ? [input.run] : []
  })
  return new Set(ids)
}

/** A journal without a first line changed nothing; a dry run keeps none. */
export function openRuns(runs: readonly (KnownRun | BrokenRun)[]): KnownRun[] {
  const over = rolledBack(runs)
  return runs.filter((run): run is KnownRun => 'state' in run && run.state.run !== undefined && !isFinished(run.state) && !over.has(run.id))
}

/** One that was stopped at the question has changed nothing: it does not stand in the way of one that has. */
const candidates = (open: readonly KnownRun[]): readonly KnownRun[] => {
  const begun = open.filter((run) => hasBegun(run.state))
  return begun.length > 0 ? begun : open
}

/** The named run, or the only one that is not finished. */
export async function chooseRun(runs: RunReader, id: string | undefined, verb: 'resume' | 'abandon'): Promise<KnownRun> {
  if (id !== undefined) return readKnownRun(runs, id)
  const open = candidates(openRuns(await allRuns(runs)))
  const [first, second] = open
  if (!first) throw usageError('run-missing', `there is no unfinished run to ${verb}`, 'flux-ops runs list')
  if (second)
    throw usageError(
      'run-ambiguous',
      `${open.length} runs are unfinished: say which`,
      ...open.slice(0, 5).map((run) => `flux-ops runs ${verb} ${run.id}`),
    )
  return first
}

/** The named run, or the newest upgrade that changed something. Which one it is, is said in the plan before anything is done. */
export async function chooseUpgrade(runs: RunReader, id: string | undefined): Promise<KnownRun> {
  if (id !== undefined) return readKnownRun(runs, id)
  const known = (await allRuns(runs)).filter((run): run is KnownRun => 'state' in run)
  const over = rolledBack(known)
  const newest = known.find((run) => run.state.run?.runbook === 'upgrade' && hasBegun(run.state) && !over.has(run.id))
  if (newest) return newest
  throw usageError(
    'run-missing',
    'there is no upgrade on this machine that changed something and is not taken back yet',
    'flux-ops runs list',
  )
}

/** Flags win over what the journal says; without flags the run goes on where it began, whatever context is current by now. */
export function flagsOfRun(run: KnownRun, flags: RunFlags, given: ClusterFlags & { namespaceGiven: boolean }): RunFlags {
  const began = run.state.run
  if (!began) return flags
  return {
    ...flags,
    context: given.context ?? (began.cluster.context === 'inClusterContext' ? undefined : began.cluster.context),
    kubeconfig: given.kubeconfig ?? began.kubeconfig ?? undefined,
    namespace: given.namespaceGiven ? given.namespace : began.namespace,
  }
}
