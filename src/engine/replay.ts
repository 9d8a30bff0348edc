// A run's state is what its journal says and nothing else: a fold over the events, pure and total.
import type { JournalLine, RunEvent, StepLine } from './events.ts'
import { EMPTY_STATE, type RunState, type StepState } from './run-state.ts'

export type { CheckState, RunPhase, RunStarted, RunState, StepState, StepStatus } from './run-state.ts'
export { EMPTY_STATE, hasBegun, isFinished, stepOf } from './run-state.ts'

type Handlers = { [T in RunEvent['type']]: (state: RunState, event: Extract<RunEvent, { type: T }>, at: string) => Partial<RunState> }

const without = (state: RunState, ...keys: (keyof RunState)[]): RunState => {
  const copy: Partial<Record<keyof RunState, unknown>> = { ...state }
  for (const key of keys) delete copy[key]
  return copy as RunState
}

/** Puts the step's new state in the place of the old one, or behind the others. */
const withStep = (state: RunState, id: string, change: Partial<StepState>): readonly StepState[] => {
  const known = state.steps.find((step) => step.id === id)
  if (known) return state.steps.map((step) => (step === known ? { ...known, ...change } : step))
  const line: StepLine | undefined = state.planSteps.find((step) => step.id === id)
  return [...state.steps, { id, started: false, status: 'running', ...(line && { title: line.title, kind: line.kind }), ...change }]
}

const handlers: Handlers = {
  'run.started': (_state, event, at) => ({
    phase: 'started',
    run: event,
    startedAt: at,
    operator: event.operator,
    pid: event.pid,
  }),
  'check.finished': (state, { type: _type, ...check }) => ({
    phase: 'checked',
    checks: [...state.checks.filter((known) => known.id !== check.id), check],
  }),
  'plan.made': (_state, event) => ({ phase: 'planned', plan: event.plan, planLines: event.lines, planSteps: event.steps ?? [] }),
  'plan.accepted': (_state, event) => ({ phase: 'accepted', acceptedBy: event.by }),
  'step.started': (state, event, at) => ({
    phase: 'running',
    inDoubt: event.id,
    steps: withStep(state, event.id, {
      status: 'running',
      started: true,
      title: event.title,
      kind: event.kind,
      startedAt: at,
      ...(event.pointOfNoReturn !== undefined && { pointOfNoReturn: event.pointOfNoReturn }),
    }),
    crossed:
      event.pointOfNoReturn === undefined || state.crossed.some(({ step }) => step === event.id)
        ? state.crossed
        : [...state.crossed, { step: event.id, sentence: event.pointOfNoReturn }],
  }),
  'step.finished': (state, event, at) => ({
    phase: 'running',
    steps: withStep(state, event.id, { status: 'done', endedAt: at, already: event.already }),
    facts: { ...state.facts, [event.id]: event.facts },
  }),
  'step.failed': (state, event, at) => ({
    phase: 'failed',
    error: event.error,
    steps: withStep(state, event.id, { status: 'failed', endedAt: at, error: event.error }),
  }),
  'step.waiting': (state, event, at) => ({
    phase: 'waiting',
    steps: withStep(state, event.id, { status: 'waiting', endedAt: at, instructions: event.instructions }),
  }),
  'undo.started': (state, event) => ({
    phase: 'undoing',
    inDoubt: event.id,
    steps: withStep(state, event.id, { status: 'undoing' }),
  }),
  'undo.finished': (state, event, at) => ({ phase: 'undoing', steps: withStep(state, event.id, { status: 'undone', endedAt: at }) }),
  'undo.failed': (state, event, at) => ({
    phase: 'undoing',
    error: event.error,
    steps: withStep(state, event.id, { status: 'undo-failed', endedAt: at, error: event.error }),
  }),
  'run.resumed': (_state, event) => ({ operator: event.operator, pid: event.pid }),
  'run.interrupted': (state, event) => ({ phase: state.phase === 'undoing' ? 'undoing' : 'interrupted', signal: event.signal }),
  'run.finished': (_state, event) => ({ phase: 'finished', outcome: event.outcome, ...(event.error && { error: event.error }) }),
}

/** What an event makes no longer true: a step that ended is not in doubt, a new attempt has no error yet. */
const ended: Partial<Record<RunEvent['type'], (keyof RunState)[]>> = {
  'step.started': ['error', 'signal'],
  'step.finished': ['inDoubt', 'error', 'signal'],
  'step.failed': ['inDoubt'],
  'step.waiting': ['inDoubt'],
  'undo.started': ['error', 'signal'],
  'undo.finished': ['inDoubt'],
  'undo.failed': ['inDoubt'],
  'run.resumed': ['signal'],
  'run.finished': ['inDoubt', 'signal'],
}

/** The state after one more event. */
export const advance = (state: RunState, at: string, event: RunEvent): RunState => {
  const handle = handlers[event.type] as (state: RunState, event: RunEvent, at: string) => Partial<RunState>
  const base = without(state, ...(ended[event.type] ?? []))
  return { ...base, ...handle(state, event, at), events: state.events + 1, updatedAt: at }
}

/** The state that a journal tells; `tornBytes` as the store counted them. */
export const replay = (lines: readonly Pick<JournalLine, 'at' | 'event'>[], tornBytes = 0): RunState =>
  lines.reduce<RunState>((state, line) => advance(state, line.at, line.event), { ...EMPTY_STATE, tornBytes })
