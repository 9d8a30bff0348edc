// An upgrade that failed after the cluster was touched: the way back is offered at once, to somebody who can answer.
import type { Invocation } from './invocation.ts'
import { loadRunbook } from './load-runbook.ts'
import { askYesNo } from './prompt.ts'
import type { RunFlags } from './run-flags.ts'
import type { RunReport } from './run-report.ts'
import { type Driven, startRun } from './run-runbook.ts'

/** The runbook itself says whether there is a way back: it then names the command as a next step. */
const offersRollback = ({ result }: Driven): boolean =>
  result.outcome === 'failed' && (result.error?.hints ?? []).some((hint) => hint.includes(`flux-ops rollback ${result.runId}`))

/** The rollback's report where one was run, else the failed run's own. */
export async function offerRollback(invocation: Invocation, driven: Driven, flags: RunFlags): Promise<RunReport> {
  if (!offersRollback(driven)) return driven.report
  if (!(await askYesNo('Roll back now?', { signal: invocation.signal, json: flags.json }))) return driven.report
  const runbook = await loadRunbook('rollback')
  return (await startRun(invocation, { runbook, input: { run: driven.result.runId }, flags: { ...flags, waivers: {} } })).report
}
