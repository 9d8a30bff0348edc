// Taking a run up again: what must hold before its journal is written to, and what a person is shown before being asked.
import { OpsError, refusal } from '../errors.ts'
import type { Context } from '../ports/context.ts'
import type { Journal, StoredRun } from '../ports/runs.ts'
import type { LiveEvent } from './events.ts'
import type { Runbook } from './model.ts'
import { parseWith, stepLines, stepsOf } from './plan.ts'
import { replay } from './replay.ts'
import type { DriveOptions } from './run-options.ts'
import type { RunStarted, RunState } from './run-state.ts'

export interface TakenUp<I, P> {
  readonly stored: StoredRun
  readonly state: RunState
  readonly run: RunStarted
  readonly input: I
  /** Undefined when the run had none yet. */
  readonly plan: P | undefined
}

const assertRunbook = <I, P>(runbook: Runbook<I, P>, run: RunStarted): void => {
  if (run.runbook !== runbook.id) throw new Error(`run ${run.run} is a ${run.runbook}, not a ${runbook.id}`)
  if (run.runbookVersion === runbook.version) return
  throw refusal(
    'runbook-version',
    `run ${run.run} was begun with version ${run.runbookVersion} of runbook ${runbook.id}; this flux-ops has version ${runbook.version}`,
    `take it up with flux-ops ${run.tool}`,
  )
}

/** Reads and replays the run. Throws `run-missing`, `journal-broken`, `run-empty` or `runbook-version`. */
export const readRun = async <I, P>({ runbook, runId, store }: DriveOptions<I, P>): Promise<TakenUp<I, P>> => {
  const stored = await store.read(runId)
  const state = replay(stored.lines, stored.tornBytes)
  if (!state.run) {
    const message = `run ${runId} was stopped before its first line; it changed nothing and there is nothing to take up`
    throw refusal('run-empty', message, 'start it again as a new run')
  }
  assertRunbook(runbook, state.run)
  const input = parseWith(runbook.input, state.run.input, 'journal-input', `the input of run ${runId}`)
  const plan = state.plan === undefined ? undefined : parseWith(runbook.planSchema, state.plan, 'journal-plan', `the plan of run ${runId}`)
  return { stored, state, run: state.run, input, plan }
}

/** Throws `run-wrong-cluster` (refused): a run goes on only in the cluster that it began in. */
export const assertSameCluster = async (ctx: Context, run: RunStarted): Promise<void> => {
  const here = await ctx.kube.identity()
  if (here.uid === run.cluster.uid) return
  throw refusal(
    'run-wrong-cluster',
    `run ${run.run} belongs to cluster ${run.cluster.uid} (context ${run.cluster.context}); this is ${here.uid} (context ${here.context})`,
    `--context ${run.cluster.context}`,
  )
}

/** Opens the journal for writing and makes sure that nobody wrote to it since it was read. */
export const openJournal = async <I, P>({ store, runId }: DriveOptions<I, P>, read: StoredRun): Promise<Journal> => {
  const journal = await store.open(runId)
  const again = await store.read(runId)
  if (again.lines.length === read.lines.length) return journal
  await journal.close?.()
  throw refusal('run-moved', `run ${runId} went on while it was being looked at`, `flux-ops runs show ${runId}`)
}

const howStopped = (state: RunState): string => {
  if (state.phase === 'failed') return 'failed'
  if (state.phase === 'waiting') return 'waits for a person'
  if (state.phase === 'interrupted') return `interrupted by ${state.signal ?? 'a signal'}`
  return 'killed'
}

/** Where the run stands, for a person who is about to be asked. */
export const takenUpEvent = <I, P>(
  { runbook, runId }: DriveOptions<I, P>,
  { state, run, plan }: TakenUp<I, P>,
  intent: 'resume' | 'abandon',
): LiveEvent => {
  const steps = plan === undefined ? [] : stepLines(stepsOf(runbook, plan))
  const done = state.steps.filter((step) => step.status === 'done').map((step) => step.id)
  const accepted = state.acceptedBy !== undefined
  const step = accepted ? (state.inDoubt ?? steps.find((line) => !done.includes(line.id))?.id) : undefined
  return {
    type: 'run.taken-up',
    run: runId,
    runbook: runbook.id,
    intent,
    cluster: run.cluster.context,
    accepted,
    stopped: { how: howStopped(state), at: state.updatedAt ?? '', by: state.operator ?? run.operator, ...(step !== undefined && { step }) },
    steps,
    done,
    ...(state.inDoubt !== undefined && { inDoubt: state.inDoubt }),
    tornBytes: state.tornBytes,
  }
}

/** The stored error of a run that has ended, as one that can be returned. */
export const storedError = ({ error }: RunState): OpsError | undefined =>
  error && new OpsError({ code: error.code, message: error.message, hints: error.hints })
