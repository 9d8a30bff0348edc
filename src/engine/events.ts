// What a journal holds and what a reporter draws. Adding a field is fine; renaming or removing one breaks old runs.
import type { Json } from '../ports/json.ts'
import type { CheckResult, Facts, Severity } from './model.ts'

export interface StoredError {
  readonly code: string
  readonly message: string
  readonly hints: readonly string[]
}

/** `refused`: ended by an error before the first step (stale plan, lock held, no plan exists); nothing was changed. */
export type RunOutcome = 'done' | 'checks-failed' | 'declined' | 'abandoned' | 'planned' | 'refused'

/** A step as a list shows it before it has begun. */
export interface StepLine {
  readonly id: string
  readonly title: string
  readonly kind: 'read' | 'write' | 'manual'
}

export type RunEvent =
  | {
      readonly type: 'run.started'
      readonly run: string
      readonly runbook: string
      readonly runbookVersion: number
      readonly tool: string // flux-ops' version
      readonly input: Json
      readonly cluster: { readonly context: string; readonly server: string; readonly uid: string; readonly version: string }
      readonly kubeconfig: string | null
      readonly namespace: string
      readonly operator: string
      readonly pid: number
      readonly dryRun: boolean
      readonly waivers: Readonly<Record<string, string>> // check id -> why
    }
  | {
      readonly type: 'check.finished'
      readonly id: string
      readonly title: string
      readonly severity: Severity
      readonly result: CheckResult
      readonly waived?: string
    }
  | { readonly type: 'plan.made'; readonly plan: Json; readonly lines: readonly string[]; readonly steps?: readonly StepLine[] }
  | { readonly type: 'plan.accepted'; readonly by: 'flag' | 'prompt' | 'plan-file' }
  | {
      readonly type: 'step.started'
      readonly id: string
      readonly title: string
      readonly kind: 'read' | 'write' | 'manual'
      readonly preview: readonly string[]
      readonly pointOfNoReturn?: string
    }
  | { readonly type: 'step.finished'; readonly id: string; readonly facts: Facts; readonly already: boolean }
  | { readonly type: 'step.failed'; readonly id: string; readonly error: StoredError }
  | { readonly type: 'step.waiting'; readonly id: string; readonly instructions: readonly string[] }
  | { readonly type: 'undo.started'; readonly id: string }
  | { readonly type: 'undo.finished'; readonly id: string }
  | { readonly type: 'undo.failed'; readonly id: string; readonly error: StoredError }
  | { readonly type: 'run.resumed'; readonly operator: string; readonly pid: number; readonly tornBytes: number }
  | { readonly type: 'run.interrupted'; readonly signal: string }
  | { readonly type: 'run.finished'; readonly outcome: RunOutcome; readonly error?: StoredError }

/** A journal line: the event, its place, its time, and the SHA-256 of the line before it (hex; 64 zeros for the first). */
export interface JournalLine {
  readonly seq: number
  readonly at: string // ISO 8601, UTC
  readonly prev: string
  readonly event: RunEvent
}

/** Drawn, never journaled. */
export type LiveEvent =
  | { readonly type: 'check.started'; readonly id: string; readonly title: string }
  | { readonly type: 'step.progress'; readonly id: string; readonly waitingFor: string; readonly lastSeen?: string }
  | { readonly type: 'step.would'; readonly id: string; readonly lines: readonly string[] } // dry run: what a write would do
  | { readonly type: 'step.skipped'; readonly id: string; readonly reason: string } // dry run: a wait for what was not done
  | {
      readonly type: 'run.taken-up' // resume and abandon: where the run stands, before the question
      readonly run: string
      readonly runbook: string
      readonly intent: 'resume' | 'abandon'
      readonly cluster: string
      readonly accepted: boolean // false: it starts again at the checks
      readonly stopped: { readonly how: string; readonly at: string; readonly by: string; readonly step?: string }
      readonly steps: readonly StepLine[]
      readonly done: readonly string[]
      readonly inDoubt?: string
      readonly tornBytes: number
    }
  | { readonly type: 'note'; readonly level: 'info' | 'warning'; readonly text: string }

/** Draws; never decides. All of its methods return at once. */
export interface Reporter {
  event(event: RunEvent | LiveEvent): void
  /** Ends any live drawing, so that the terminal can be used by a prompt or the end of the program. */
  stop(): void
}
