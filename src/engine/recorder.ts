// Everything a run says goes through here: first into the journal, then to the reporter, so that nothing is drawn that was not kept.
import type { Clock } from '../ports/clock.ts'
import type { Journal } from '../ports/runs.ts'
import type { LiveEvent, RunEvent } from './events.ts'
import { advance } from './replay.ts'
import { EMPTY_STATE, type RunState } from './run-state.ts'

export interface Recorder {
  /** Journals, then draws. A journal that fails throws `journal-write` and nothing is drawn. */
  record(event: RunEvent): Promise<void>
  /** Draws only. */
  live(event: LiveEvent): void
  state(): RunState
  close(): Promise<void>
}

export interface RecorderInput {
  readonly clock: Clock
  readonly emit: (event: RunEvent | LiveEvent) => void
  /** Absent in a dry run and when only a plan is made. */
  readonly journal?: Journal
  /** What the journal says already. */
  readonly state?: RunState
}

export const createRecorder = ({ clock, emit, journal, state: first }: RecorderInput): Recorder => {
  let state = first ?? EMPTY_STATE
  const record = async (event: RunEvent): Promise<void> => {
    await journal?.append(event)
    state = advance(state, clock.now().toISOString(), event)
    emit(event)
  }
  return { record, live: emit, state: () => state, close: async () => journal?.close?.() }
}
