// `suspend` and `resume`: the flags as the input of their runbook, and the run.
import { assertReadable, type Selection } from '../actions/suspension/choose.ts'
import { systemClock } from '../adapters/clock.ts'
import type { Invocation } from './invocation.ts'
import { loadRunbook } from './load-runbook.ts'
import type { RunFlags } from './run-flags.ts'
import type { RunReport } from './run-report.ts'
import { startRun } from './run-runbook.ts'
import { endOf } from './suspension-flags.ts'

export interface SuspendRequest {
  readonly selection: Selection
  readonly reason: string
  readonly owner: string | undefined
  readonly for: string | undefined
  readonly until: string | undefined
  readonly flags: RunFlags
}

export async function runSuspend(invocation: Invocation, request: SuspendRequest): Promise<RunReport> {
  const { selection, reason, owner, flags } = request
  assertReadable(selection)
  const until = endOf(request, systemClock.now())
  const input = { ...selection, reason, ...(owner !== undefined && { owner }), ...(until !== undefined && { until }) }
  return (await startRun(invocation, { runbook: await loadRunbook('suspend'), input, flags })).report
}

export interface ResumeRequest {
  readonly selection: Selection
  readonly expired: boolean
  readonly owner: string | undefined
  readonly once: boolean
  readonly timeoutSeconds: number
  readonly flags: RunFlags
}

export async function runResume(invocation: Invocation, request: ResumeRequest): Promise<RunReport> {
  const { selection, expired, owner, once, timeoutSeconds, flags } = request
  const choosesAll = selection.objects.length === 0 && (expired || owner !== undefined)
  assertReadable(choosesAll ? { ...selection, all: true } : selection)
  const input = { ...selection, expired, once, timeoutSeconds, ...(owner !== undefined && { owner }) }
  return (await startRun(invocation, { runbook: await loadRunbook('resume'), input, flags })).report
}
