// What is known of a run: the product of `replay`, shown by `runs show --json` and read by resume, abandon and rollback.
import type { Json } from '../ports/json.ts'
import type { RunEvent, RunOutcome, StepLine, StoredError } from './events.ts'
import type { CheckResult, Facts, Severity } from './model.ts'

export type RunPhase =
  | 'empty' // the process died before its first line
  | 'started'
  | 'checked'
  | 'planned'
  | 'accepted'
  | 'running'
  | 'failed'
  | 'waiting'
  | 'interrupted'
  | 'undoing'
  | 'finished'

export interface CheckState {
  readonly id: string
  readonly title: string
  readonly severity: Severity
  readonly result: CheckResult
  readonly waived?: string
}

export type StepStatus = 'running' | 'done' | 'failed' | 'waiting' | 'undoing' | 'undone' | 'undo-failed'

export interface StepState {
  readonly id: string
  readonly status: StepStatus
  /** A step.started is in the journal: its effect may be ours. Only such steps are undone. */
  readonly started: boolean
  readonly title?: string
  readonly kind?: StepLine['kind']
  readonly startedAt?: string
  readonly endedAt?: string
  readonly already?: boolean
  readonly error?: StoredError
  readonly instructions?: readonly string[]
  readonly pointOfNoReturn?: string
}

export type RunStarted = Extract<RunEvent, { type: 'run.started' }>

export interface RunState {
  readonly phase: RunPhase
  /** The first event; undefined in phase `empty`. */
  readonly run?: RunStarted
  readonly startedAt?: string
  /** Time of the last event. */
  readonly updatedAt?: string
  /** Who drove it last. */
  readonly operator?: string
  readonly pid?: number
  readonly checks: readonly CheckState[]
  readonly plan?: Json
  readonly planLines: readonly string[]
  readonly planSteps: readonly StepLine[]
  readonly acceptedBy?: 'flag' | 'prompt' | 'plan-file'
  /** In the order in which they first began. */
  readonly steps: readonly StepState[]
  readonly facts: Readonly<Record<string, Facts>>
  /** Id of the step that started (or began to be undone) and has no end. */
  readonly inDoubt?: string
  /** Points of no return whose step had started. */
  readonly crossed: readonly { readonly step: string; readonly sentence: string }[]
  readonly signal?: string
  readonly outcome?: RunOutcome
  readonly error?: StoredError
  readonly events: number
  /** Bytes of a torn last line, from the store. */
  readonly tornBytes: number
}

export const EMPTY_STATE: RunState = {
  phase: 'empty',
  checks: [],
  planLines: [],
  planSteps: [],
  steps: [],
  facts: {},
  crossed: [],
  events: 0,
  tornBytes: 0,
}

export const stepOf = (state: RunState, id: string): StepState | undefined => state.steps.find((step) => step.id === id)

export const isFinished = (state: RunState): boolean => state.phase === 'finished'

/** Whether a write step had started: before that, nothing outside the run's folder was changed. */
export const hasBegun = (state: RunState): boolean => state.steps.some((step) => step.started && step.kind === 'write')
