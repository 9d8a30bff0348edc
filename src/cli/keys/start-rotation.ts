// `age rotate`: drives the runbook, and names in the end what a lost key has laid open.
import { systemClock } from '../../adapters/clock.ts'
import { sanitise } from '../../ui/sanitise.ts'
import type { Invocation } from '../invocation.ts'
import { loadRunbook } from '../load-runbook.ts'
import type { RunFlags } from '../run-flags.ts'
import type { RunReport } from '../run-report.ts'
import { startRun } from '../run-runbook.ts'
import type { RotateFlagValues } from './rotate-flags.ts'
import { rotateInput } from './rotate-input.ts'

interface Values {
  readonly values?: readonly { readonly file: string; readonly object: string; readonly names: readonly string[] }[]
}

const linesOf = ({ values = [] }: Values): string[] =>
  values.flatMap(({ file, object, names }) => names.map((name) => `${file}${object === '' ? '' : ` (${object})`}: ${name}`))

/** For the person; with --json the plan in the document has them. */
export function drawValues(plan: unknown): string {
  const lines = linesOf((plan ?? {}) as Values)
  if (lines.length === 0) return ''
  return `${['to be replaced at their providers: whoever has the old key opens the history of the repository with it', ...lines.map((line) => `  ${line}`)].map((line) => sanitise(line)).join('\n')}\n`
}

export async function startRotation(invocation: Invocation, values: RotateFlagValues, flags: RunFlags): Promise<RunReport> {
  const input = await rotateInput(values, { version: invocation.version, now: systemClock.now() })
  const driven = await startRun(invocation, { runbook: await loadRunbook('age-rotate'), input, flags })
  if (!flags.json) process.stdout.write(drawValues(driven.result.state.plan))
  return driven.report
}
