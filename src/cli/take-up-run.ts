// `runs resume` and `runs abandon`: find the run, point at its cluster, drive it. A finished run is shown, not refused.
import { isFinished } from '../engine/run-state.ts'
import { refusal } from '../errors.ts'
import { chooseRun, flagsOfRun, type KnownRun } from './choose-run.ts'
import { openRunStore } from './desk.ts'
import type { Invocation } from './invocation.ts'
import { loadRunbook } from './load-runbook.ts'
import type { RunFlags } from './run-flags.ts'
import { type RunReport, runReport } from './run-report.ts'
import { continueRun } from './run-runbook.ts'

export interface TakeUpRequest {
  readonly how: 'resume' | 'abandon'
  readonly id: string | undefined
  readonly flags: RunFlags
  readonly namespaceGiven: boolean
}

function finishedReport(run: KnownRun): RunReport {
  const outcome = run.state.outcome ?? 'done'
  process.stderr.write(`run ${run.id} is finished: ${outcome}; nothing to do\n`)
  return runReport({ outcome, exit: 'done', runId: run.id, state: run.state }, run.dir)
}

export async function takeUpRun(invocation: Invocation, { how, id, flags, namespaceGiven }: TakeUpRequest): Promise<RunReport> {
  const run = await chooseRun(openRunStore(invocation), id, how)
  if (isFinished(run.state)) return finishedReport(run)
  const began = run.state.run
  if (!began)
    throw refusal('run-empty', `run ${run.id} was stopped before its first line: it changed nothing`, 'start it again as a new run')
  const runbook = await loadRunbook(began.runbook)
  return (await continueRun(invocation, how, { runbook, runId: run.id, flags: flagsOfRun(run, flags, { ...flags, namespaceGiven }) }))
    .report
}
