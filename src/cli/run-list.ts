// The runs of this machine as rows: `runs list`, and the tail of `status`.
import { isFinished } from '../engine/run-state.ts'
import { sanitise } from '../ui/sanitise.ts'
import { allRuns, type BrokenRun, type KnownRun, rolledBack } from './choose-run.ts'
import { openRunStore } from './desk.ts'
import type { Invocation } from './invocation.ts'

export interface RunLine {
  readonly run: string
  readonly runbook: string | null
  readonly context: string | null
  readonly startedAt: string | null
  readonly operator: string | null
  /** Outcome of a finished run, else its phase; `rolled-back` when a later run took it back; `unreadable` when its journal is broken. */
  readonly state: string
  readonly open: boolean
  readonly step: string | null
  readonly problem: string | null
}

export function runLine(run: KnownRun | BrokenRun, over: ReadonlySet<string> = new Set()): RunLine {
  const nothing = { runbook: null, context: null, startedAt: null, operator: null, step: null, problem: null }
  if ('error' in run) return { ...nothing, run: run.id, state: 'unreadable', open: false, problem: run.error.message }
  const { state } = run
  const began = state.run
  return {
    run: run.id,
    runbook: began?.runbook ?? null,
    context: began?.cluster.context ?? null,
    startedAt: state.startedAt ?? null,
    operator: state.operator ?? null,
    state: over.has(run.id) ? 'rolled-back' : (state.outcome ?? state.phase),
    open: began !== undefined && !isFinished(state) && !over.has(run.id),
    step: state.inDoubt ?? state.steps.at(-1)?.id ?? null,
    problem: state.error?.message ?? null,
  }
}

export async function listRuns(invocation: Invocation, { open, limit }: { open: boolean; limit: number }): Promise<RunLine[]> {
  const runs = await allRuns(openRunStore(invocation))
  const over = rolledBack(runs)
  const lines = runs.map((run) => runLine(run, over))
  return lines.filter((line) => !open || line.open).slice(0, limit)
}

const markOf = (line: RunLine): string => {
  if (line.state === 'done') return '✔'
  if (line.state === 'unreadable') return '?'
  return line.open ? '◎' : '✗'
}

export function drawRunList(lines: readonly RunLine[]): string {
  if (lines.length === 0) return 'no runs yet\n'
  const width = Math.max(...lines.map((line) => line.run.length))
  const rows = lines.map((line) => {
    const where = line.step && line.open ? ` at ${line.step}` : ''
    const words = [line.run.padEnd(width), `${line.state}${where}`, line.context ?? '', line.operator ?? ''].map((word) => sanitise(word))
    const row = `  ${markOf(line)} ${words.filter((word) => word !== '').join('  ')}`
    return line.state === 'unreadable' ? `${row}\n      ${sanitise(line.problem ?? '')}` : row
  })
  return `${rows.join('\n')}\n`
}
