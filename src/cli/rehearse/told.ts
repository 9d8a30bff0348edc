// A rehearsal in what a command gives back, and on the screen.
import { EXIT_CODES } from '../../errors.ts'
import { type Rehearsal, rehearsalLines, rehearsalParts } from '../../rehearsal/report.ts'
import { sanitise } from '../../ui/sanitise.ts'
import type { OutputFlags } from '../run-flags.ts'
import type { RunReport } from '../run-report.ts'

/** What was not rehearsed to its end is no pass: the exit is that of checks that did not pass. */
export function withRehearsal(report: RunReport, rehearsal: Rehearsal): RunReport {
  const { review } = report
  const told = { rehearsal, ...(review && { review: { ...review, parts: [...rehearsalParts(rehearsal), ...review.parts] } }) }
  if (rehearsal.outcome === 'passed' || report.exit !== 'done') return { ...report, ...told }
  return { ...report, ...told, exit: 'checks', exitCode: EXIT_CODES.checks.code }
}

export function tellRehearsal(rehearsal: Rehearsal, { json, stdoutTaken }: OutputFlags): void {
  if (json) return
  const text = rehearsalLines(rehearsal)
    .flatMap((line) => line.split('\n'))
    .map((line) => `${sanitise(line)}\n`)
    .join('')
  ;(stdoutTaken === true ? process.stderr : process.stdout).write(text)
}
