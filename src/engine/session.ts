// What the parts of one drive share, and the ways in which a drive ends.
import { type Exit, messageOf, type OpsError } from '../errors.ts'
import type { LockHandle } from '../ports/runs.ts'
import type { RunOutcome } from './events.ts'
import type { Recorder } from './recorder.ts'
import type { DriveOptions, RunResult } from './run-options.ts'
import { asOpsError, toStored } from './stored-error.ts'
import type { Waivers } from './waivers.ts'

export interface Session<I, P> {
  readonly options: DriveOptions<I, P>
  readonly recorder: Recorder
  readonly input: I
  readonly waivers: Waivers
  readonly planOnly: boolean
  readonly planAnyway?: boolean
  /** Out of a plan file. */
  readonly givenPlan?: P
}

/** The part of a session that does not depend on the runbook's types. */
export interface Drive {
  readonly options: Pick<DriveOptions<never, never>, 'ctx' | 'runId' | 'lock'>
  readonly recorder: Recorder
}

/** Either what was asked for, or the result that ends the drive. */
export type Outcome<T> = { readonly value: T } | { readonly end: RunResult }

export const endWith = (drive: Drive, outcome: RunResult['outcome'], exit: Exit, error?: OpsError): Promise<RunResult> =>
  Promise.resolve({ outcome, exit, runId: drive.options.runId, state: drive.recorder.state(), ...(error && { error }) })

/** Ends the run for good. */
export const finish = async (drive: Drive, outcome: RunOutcome, exit: Exit, error?: OpsError): Promise<RunResult> => {
  await drive.recorder.record({ type: 'run.finished', outcome, ...(error && { error: toStored(error) }) })
  return endWith(drive, outcome, exit, error)
}

/** Ends a run that has not begun: nothing was changed and nothing is there to be resumed. */
export const refuse = (drive: Drive, thrown: unknown): Promise<RunResult> => {
  const error = asOpsError(thrown)
  return finish(drive, 'refused', error.exit === 'failed' ? 'checks' : error.exit, error)
}

export const isInterrupted = (drive: Drive): boolean => drive.options.ctx.signal.aborted

/** Leaves the run as it is, to be resumed. The signal's name is the abort reason, as text or as an error's message. */
export const interrupt = async (drive: Drive): Promise<RunResult> => {
  const { reason } = drive.options.ctx.signal
  await drive.recorder.record({ type: 'run.interrupted', signal: messageOf(reason) })
  return endWith(drive, 'interrupted', 'interrupted')
}

/** Does `work`; when it throws, ends the drive as interrupted or by `otherwise`. */
export const attempt = async <T>(
  drive: Drive,
  work: () => Promise<T> | T,
  otherwise: (thrown: unknown) => Promise<RunResult>,
): Promise<Outcome<T>> => {
  try {
    return { value: await work() }
  } catch (thrown) {
    return { end: isInterrupted(drive) ? await interrupt(drive) : await otherwise(thrown) }
  }
}

/** Gives the lease back. A lease that cannot be given back runs out by itself, so this is said and not thrown. */
export const release = async (drive: Drive, handle: LockHandle | undefined): Promise<void> => {
  try {
    await handle?.release()
  } catch (thrown) {
    drive.recorder.live({ type: 'note', level: 'warning', text: `the lease was not given back and will run out: ${messageOf(thrown)}` })
  }
}
