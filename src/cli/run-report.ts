// What a driven run gives back to scripts: the `--json` document of upgrade, rollback and runs resume / abandon. Its keys are stable.
import type { Review } from '../engine/model.ts'
import type { RunResult } from '../engine/run-options.ts'
import type { CheckState, RunState } from '../engine/run-state.ts'
import { EXIT_CODES, type Exit } from '../errors.ts'
import type { Rehearsal } from '../rehearsal/report.ts'

export interface RunReport {
  readonly run: string
  readonly runbook: string | undefined
  readonly outcome: RunResult['outcome']
  readonly exit: Exit
  readonly exitCode: number
  /** Folder of the run: journal, backup, report. null where none was made (dry run, plan only). */
  readonly dir: string | null
  readonly checks: {
    readonly passed: number
    readonly failed: readonly string[]
    readonly warnings: readonly string[]
    readonly unknown: readonly string[]
    /** Every check with its answer, in the order of the runbook. */
    readonly reports: readonly CheckState[]
  }
  readonly plan: unknown
  /** Of a command that only plans: the plan for a reader, and what has to be done before a pull request is merged. */
  readonly review?: Review
  /** Of `upgrade plan --rehearse`. */
  readonly rehearsal?: Rehearsal
  readonly steps: readonly { readonly id: string; readonly status: string }[]
  readonly facts: RunState['facts']
  readonly error?: { readonly code: string; readonly message: string; readonly hints: readonly string[] }
}

function checksOf(state: RunState): RunReport['checks'] {
  const ids = (match: (check: RunState['checks'][number]) => boolean) => state.checks.filter(match).map((check) => check.id)
  return {
    passed: ids((check) => check.result.status === 'pass').length,
    failed: ids((check) => check.result.status === 'fail' && check.severity !== 'warning'),
    warnings: ids((check) => check.result.status === 'fail' && check.severity === 'warning'),
    unknown: ids((check) => check.result.status === 'unknown'),
    reports: state.checks,
  }
}

export function runReport(result: RunResult, dir: string | null): RunReport {
  const { state, outcome, exit, runId } = result
  const error = result.error ?? state.error
  return {
    run: runId,
    runbook: state.run?.runbook,
    outcome,
    exit,
    exitCode: EXIT_CODES[exit].code,
    dir,
    checks: checksOf(state),
    plan: state.plan ?? null,
    steps: state.steps.map(({ id, status }) => ({ id, status })),
    facts: state.facts,
    ...(error && { error: { code: error.code, message: error.message, hints: error.hints } }),
  }
}
