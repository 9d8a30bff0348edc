// Resume: replay, say where it stands, ask, take the lease, go on behind the last line.
import { type Exit, refusal } from '../errors.ts'
import type { LockHandle } from '../ports/runs.ts'
import { applySteps } from './apply.ts'
import { driveFromChecks, holderOf } from './drive.ts'
import { sayWhatStepsWouldDo } from './dry-steps.ts'
import type { RunOutcome } from './events.ts'
import { pointsOfNoReturn, stepsOf } from './plan.ts'
import { createRecorder } from './recorder.ts'
import type { ResumeOptions, RunResult } from './run-options.ts'
import { isFinished, type RunState, stepOf } from './run-state.ts'
import { release, type Session } from './session.ts'
import { assertSameCluster, openJournal, readRun, storedError, type TakenUp, takenUpEvent } from './stored-run.ts'

const EXIT_OF: Readonly<Record<RunOutcome, Exit>> = {
  done: 'done',
  planned: 'done',
  'checks-failed': 'checks',
  declined: 'refused',
  refused: 'refused',
  abandoned: 'refused',
}

const resultOfFinished = (runId: string, state: RunState): RunResult => {
  const outcome = state.outcome ?? 'done'
  const error = storedError(state)
  return { outcome, exit: EXIT_OF[outcome], runId, state, ...(error && { error }) }
}

const goesOn = async <I, P>(options: ResumeOptions<I, P>, { state, plan }: TakenUp<I, P>): Promise<boolean> => {
  if (options.yes || options.dryRun === true) return true
  const steps = plan === undefined ? [] : stepsOf(options.runbook, plan)
  const ahead = steps.filter((step) => stepOf(state, step.id)?.status !== 'done')
  return options.ask({ kind: 'resume', text: 'Go on?', pointsOfNoReturn: pointsOfNoReturn(ahead) })
}

const goOn = async <I, P>(options: ResumeOptions<I, P>, taken: TakenUp<I, P>, lease: LockHandle | undefined): Promise<RunResult> => {
  const { state, run, plan, input, stored } = taken
  const journal = lease && (await openJournal(options, stored))
  const recorder = createRecorder({ clock: options.ctx.clock, emit: options.emit, state, ...(journal && { journal }) })
  const session: Session<I, P> = { options, recorder, input, waivers: run.waivers, planOnly: false }
  try {
    await recorder.record({ type: 'run.resumed', operator: options.ctx.operator, pid: options.pid, tornBytes: stored.tornBytes })
    if (plan === undefined || state.acceptedBy === undefined) return await driveFromChecks(session, lease)
    const steps = stepsOf(options.runbook, plan)
    return lease ? await applySteps(session, plan, steps, lease) : await sayWhatStepsWouldDo(session, plan, steps)
  } finally {
    await recorder.close()
  }
}

/**
 * Takes a run up where its journal ends; what was not accepted yet starts again at the checks. A finished run gives its stored result.
 * Throws as runRunbook does, and `run-missing`, `journal-broken`, `run-empty`, `run-busy`, `run-moved`, `run-abandoning`,
 * `runbook-version`, `run-wrong-cluster`, `lock-held`; and the runbook's own refusal when the world has moved since.
 */
export const resume = async <I, P>(options: ResumeOptions<I, P>): Promise<RunResult> => {
  const { runId, ctx, emit, lock, dryRun = false } = options
  const taken = await readRun(options)
  const { state, run } = taken
  if (isFinished(state)) return resultOfFinished(runId, state)
  if (state.phase === 'undoing') throw refusal('run-abandoning', `run ${runId} is being taken back`, `flux-ops runs abandon ${runId}`)
  await assertSameCluster(ctx, run)
  emit(takenUpEvent(options, taken, 'resume'))
  if (!(await goesOn(options, taken))) return { outcome: 'declined', exit: 'refused', runId, state }
  if (dryRun) return goOn(options, taken, undefined)
  const lease = await lock.acquire(holderOf({ options }))
  try {
    return await goOn(options, taken, lease)
  } finally {
    await release({ options, recorder: createRecorder({ clock: ctx.clock, emit, state }) }, lease)
  }
}
