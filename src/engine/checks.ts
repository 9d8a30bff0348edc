// All checks are asked, then one report. Gates come first and one after another; an answer that could not be had is never a pass.
import { messageOf, OpsError } from '../errors.ts'
import type { ReadContext } from '../ports/context.ts'
import type { RunEvent } from './events.ts'
import type { AnyRunbook, Check, CheckResult, Runbook } from './model.ts'
import { orderedFlush } from './ordered-flush.ts'
import type { Recorder } from './recorder.ts'
import type { Waivers } from './waivers.ts'

/** Probes asked at one time: enough to hide latency, few enough for a small API server. */
const SIDE_BY_SIDE = 8

export type CheckReport = Extract<RunEvent, { type: 'check.finished' }>

/** Whether this answer stops the run. */
export const stops = ({ severity, result, waived }: Pick<CheckReport, 'severity' | 'result' | 'waived'>): boolean =>
  severity !== 'warning' && (result.status === 'fail' || result.status === 'unknown') && waived === undefined

const ask = async <I>(check: Check<I>, ctx: ReadContext, input: I): Promise<CheckResult> => {
  try {
    return await check.probe(ctx, input)
  } catch (error) {
    const hints = error instanceof OpsError ? error.hints : []
    return { status: 'unknown', cause: messageOf(error), ...(hints.length > 0 && { hints }) }
  }
}

const reportOf = <I>(check: Check<I>, result: CheckResult, waivers: Waivers): CheckReport => {
  const report = { type: 'check.finished', id: check.id, title: check.title, severity: check.severity, result } as const
  const why = Object.hasOwn(waivers, check.id) ? waivers[check.id] : undefined
  return why !== undefined && check.severity === 'error' && stops(report) ? { ...report, waived: why } : report
}

const eachOf = async <T>(items: readonly T[], limit: number, work: (item: T) => Promise<void>): Promise<void> => {
  const queue = [...items]
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
}

/** Asks every check of `runbook`; the reports are recorded and returned in declared order. */
export const runChecks = async <I>(
  runbook: Pick<Runbook<I, never>, 'checks'> | Pick<AnyRunbook, 'checks'>,
  ctx: ReadContext,
  input: I,
  waivers: Waivers,
  recorder: Pick<Recorder, 'record' | 'live'>,
): Promise<readonly CheckReport[]> => {
  const checks = runbook.checks as readonly Check<I>[]
  const answers = orderedFlush<CheckReport>(checks.length, (report) => recorder.record(report))
  const probe = async (check: Check<I>): Promise<CheckReport> => {
    recorder.live({ type: 'check.started', id: check.id, title: check.title })
    const report = reportOf(check, await ask(check, ctx, input), waivers)
    await answers.put(checks.indexOf(check), report)
    return report
  }
  const gates = checks.filter((check) => check.severity === 'gate')
  let closed: string | undefined
  for (const gate of gates) {
    if (closed === undefined && stops(await probe(gate))) closed = gate.id
    else if (closed !== undefined) await answers.put(checks.indexOf(gate), notAsked(gate, closed))
  }
  const others = checks.filter((check) => check.severity !== 'gate')
  if (closed === undefined) await eachOf(others, SIDE_BY_SIDE, async (check) => void (await probe(check)))
  else for (const check of others) await answers.put(checks.indexOf(check), notAsked(check, closed))
  return answers.all()
}

const notAsked = <I>(check: Check<I>, gate: string): CheckReport =>
  reportOf(check, { status: 'skip', reason: `not asked: ${gate} failed` }, {})
