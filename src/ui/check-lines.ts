// The checks' report: one line of counts, then only what a person has to read.
import type { RunEvent } from '../engine/events.ts'
import type { CheckResult } from '../engine/model.ts'
import { plural } from './duration.ts'
import { hintLines } from './error-lines.ts'
import { mark, type Paint } from './paint.ts'
import { sanitise, sanitiseLines } from './sanitise.ts'

export type CheckReport = Omit<Extract<RunEvent, { type: 'check.finished' }>, 'type'>

type Verdict = 'passed' | 'warning' | 'failed' | 'unknown' | 'waived' | 'skipped' | 'notAsked'

/** Items of one check that are listed; the others are counted. */
const MOST_ITEMS = 12

export const verdictOf = ({ severity, result, waived }: CheckReport): Verdict => {
  if (result.status === 'pass') return 'passed'
  if (result.status === 'skip') return result.reason.startsWith('not asked: ') ? 'notAsked' : 'skipped'
  if (waived !== undefined) return 'waived'
  if (result.status === 'unknown') return 'unknown'
  return severity === 'warning' ? 'warning' : 'failed'
}

/** `31 passed, 1 warning, 1 failed` */
export const checkCounts = (reports: readonly CheckReport[]): string => {
  const count = (verdict: Verdict): number => reports.filter((report) => verdictOf(report) === verdict).length
  const parts: [number, string][] = [
    [count('passed'), `${count('passed')} passed`],
    [count('warning'), plural(count('warning'), 'warning')],
    [count('waived'), `${count('waived')} waived`],
    [count('failed'), `${count('failed')} failed`],
    [count('unknown'), `${count('unknown')} unknown`],
    [count('skipped'), `${count('skipped')} skipped`],
    [count('notAsked'), `${count('notAsked')} not asked`],
  ]
  return parts.flatMap(([number, text], index) => (number > 0 || index === 0 ? [text] : [])).join(', ')
}

export const sentenceOf = (result: CheckResult): string => {
  if (result.status === 'fail') return result.detail
  return result.status === 'unknown' ? `could not be known: ${result.cause}` : ''
}

const itemLines = (result: CheckResult, indent: string): string[] => {
  const items = result.status === 'fail' ? (result.items ?? []) : []
  const shown = items.slice(0, MOST_ITEMS).map(({ where, what }) => ({ where: sanitise(where), what: sanitise(what) }))
  const width = Math.min(60, Math.max(0, ...shown.map(({ where }) => where.length)))
  const lines = shown.map(({ where, what }) => `${indent}${where.padEnd(width)}  ${what}`.trimEnd())
  return items.length > MOST_ITEMS ? [...lines, `${indent}… and ${items.length - MOST_ITEMS} more`] : lines
}

const hintsOf = (result: CheckResult): readonly string[] =>
  result.status === 'fail' || result.status === 'unknown' ? (result.hints ?? []) : []

export const MARK_OF = { warning: 'warning', waived: 'warning', failed: 'failed', unknown: 'unknown' } as const

/** Whether a person has to read of it. */
export const isTold = (report: CheckReport): boolean => !['passed', 'skipped', 'notAsked'].includes(verdictOf(report))

const linesOf = (paint: Paint, report: CheckReport, width: number): string[] => {
  const verdict = verdictOf(report)
  if (verdict === 'passed' || verdict === 'skipped' || verdict === 'notAsked') return []
  const [first = '', ...rest] = sanitiseLines(sentenceOf(report.result))
  const head = `  ${mark(paint, MARK_OF[verdict])} ${paint('bold', sanitise(report.id).padEnd(width))}   ${first}`
  const more = rest.map((line) => `        ${line}`)
  const hints = hintLines(hintsOf(report.result), '        ')
  const waived = report.waived === undefined ? [] : [`        waived: ${sanitise(report.waived)}`]
  return [head, ...more, ...itemLines(report.result, '        '), ...waived, ...hints]
}

/** `reports` in the order they are to be read; nothing for an empty list. */
export const checkLines = (paint: Paint, reports: readonly CheckReport[]): string[] => {
  if (reports.length === 0) return []
  const told = reports.filter(isTold)
  const width = Math.min(34, Math.max(0, ...told.map(({ id }) => id.length)))
  return [`checks   ${checkCounts(reports)}`, ...told.flatMap((report) => linesOf(paint, report, width))]
}
