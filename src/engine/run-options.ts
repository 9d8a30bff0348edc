// What a run is given and what it gives back. All effects come in here as arguments; the engine has none of its own.
import type { Exit, OpsError } from '../errors.ts'
import type { Context } from '../ports/context.ts'
import type { Lock, RunStore } from '../ports/runs.ts'
import type { LiveEvent, RunEvent, RunOutcome } from './events.ts'
import type { Runbook } from './model.ts'
import type { RunState } from './replay.ts'

/** Put to the person before the first write. `pointsOfNoReturn` are the sentences of the lines that lie ahead. */
export interface Question {
  readonly kind: 'apply' | 'resume' | 'abandon'
  readonly text: string
  readonly pointsOfNoReturn: readonly string[]
}

/** What every way of driving a run has in common. */
export interface DriveOptions<I, P> {
  readonly runbook: Runbook<I, P>
  readonly runId: string
  /** With `dryRun`, the caller has put it through `dryRunContext` (src/adapters/dry-run.ts). */
  readonly ctx: Context
  readonly store: Pick<RunStore, 'create' | 'open' | 'read'>
  readonly lock: Lock
  readonly emit: (event: RunEvent | LiveEvent) => void
  /** Not called when `yes`. May throw a usage error where nobody can be asked. */
  readonly ask: (question: Question) => Promise<boolean>
  readonly yes: boolean
  /** Nothing is written: no journal, no lease, no step's run; `step.would` is emitted instead. */
  readonly dryRun?: boolean
  /** Version of flux-ops, and the id of this process: journaled. */
  readonly tool: string
  readonly pid: number
}

export interface RunOptions<I, P> extends DriveOptions<I, P> {
  /** Goes through `runbook.input`. Must be JSON. */
  readonly input: unknown
  /** Check id -> why. Throws `waiver-unknown`, `waiver-refused` or `waiver-reason` (usage). */
  readonly waivers?: Readonly<Record<string, string>>
  /** Checks and plan only: no journal, no lease. */
  readonly planOnly?: boolean
  /** With planOnly: a plan is made for its reader although checks failed, unless a gate did. The run ends as it would without. */
  readonly planAnyway?: boolean
  /** The plan of a plan file: taken instead of a new one, accepted by having been given; goes through `runbook.planSchema`. */
  readonly plan?: unknown
}

export type ResumeOptions<I, P> = DriveOptions<I, P>
export type AbandonOptions<I, P> = DriveOptions<I, P>

/**
 * How it ended. `failed`, `waiting` and `interrupted` can be taken up with `resume`; a RunOutcome is final.
 * `error` has been emitted as an event already (step.failed, undo.failed or run.finished): do not draw it again.
 */
export interface RunResult {
  readonly outcome: RunOutcome | 'failed' | 'waiting' | 'interrupted'
  readonly exit: Exit
  readonly runId: string
  readonly state: RunState
  readonly error?: OpsError
}
