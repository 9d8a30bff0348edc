// An audit for a person: what was found, worst first, each rule with its places, why it matters and what to type; what holds is a number.
import type { Finding, RuleReport, Severity } from '../../audit/model.ts'
import { sanitise } from '../../ui/sanitise.ts'
import type { AuditReport } from './run-audit.ts'

const MOST = 12
const MARKS: Readonly<Record<Severity, string>> = { error: '✗', warning: '⚠', info: '·' }

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

const README = 'runbooks/audit-keys/README.md'

function findingLines(findings: readonly Finding[], common: string): string[] {
  const shown = findings.slice(0, MOST)
  const width = Math.min(60, Math.max(...shown.map(({ where }) => where.length)))
  const lines = shown.flatMap(({ where, what, fix }) => [
    `    ${where.padEnd(width)}  ${what}`,
    ...(fix === common ? [] : [`    ${' '.repeat(width)}  → ${fix}`]),
  ])
  return findings.length > MOST ? [...lines, `    … and ${findings.length - MOST} more: --json has all`] : lines
}

/** Why the cluster could not be read stands at the top. */
const unknownLines = ({ unknown }: RuleReport, { cluster }: AuditReport): string[] => {
  const short = (cause: string): string =>
    cluster?.unread == null ? cause : cause.replace(cluster.unread, 'the cluster could not be read')
  const lines = unknown.slice(0, MOST).map(({ where, cause }) => `    ? ${where === null ? '' : `${where}  `}${short(cause)}`)
  return unknown.length > MOST ? [...lines, `    … and ${unknown.length - MOST} more: --json has all`] : lines
}

/** What is to be done once for all of them is said once, below. */
const commonFix = ({ fix, findings }: RuleReport): string | undefined => (findings.some((finding) => finding.fix === fix) ? fix : undefined)

const headline = ({ status, findings, title }: RuleReport): string =>
  status === 'unknown' ? `could not be known: ${title}` : `${counted(findings.length, 'place')} where this does not hold: ${title}`

function ruleLines(rule: RuleReport, report: AuditReport): string[] {
  const common = commonFix(rule)
  const mark = rule.status === 'unknown' ? '?' : MARKS[rule.severity]
  return [
    '',
    `${mark} ${rule.id}   ${headline(rule)}`,
    ...(rule.findings.length === 0 ? [] : findingLines(rule.findings, common ?? '')),
    ...unknownLines(rule, report),
    ...(rule.findings.length === 0 ? [] : [`  why  ${rule.reason}`]),
    ...(common === undefined ? [] : [`  → ${common}`]),
    `  → ${README}#${rule.id}`,
  ]
}

function headLines({ repository, cluster }: AuditReport): string[] {
  const { root, files, sealed, recipients, others, rules } = repository
  const keys = [...recipients.map(({ shown }) => shown), ...others]
  const to = keys.length === 0 ? '' : ` to ${keys.slice(0, 4).join(', ')}${keys.length > 4 ? ` and ${keys.length - 4} more` : ''}`
  return [
    `repo     ${root}: ${counted(files, 'file')}, ${sealed} sealed${to}; ${counted(rules, 'creation rule')}`,
    `cluster  ${cluster === null ? 'not asked' : cluster.unread === null ? cluster.context : `? ${cluster.context}: ${cluster.unread}`}`,
  ]
}

function verdict({ counts, failed, rules }: AuditReport): string {
  const parts = [
    counts.error > 0 ? counted(counts.error, 'error') : '',
    counts.warning > 0 ? counted(counts.warning, 'warning') : '',
    counts.info > 0 ? `${counts.info} to know` : '',
    counts.unknown > 0 ? `${counted(counts.unknown, 'rule')} not known` : '',
  ].filter((part) => part !== '')
  const rest = `${counts.holds} of ${counted(rules.length, 'rule')} hold${counts.skipped > 0 ? `, ${counts.skipped} not asked` : ''}`
  return `${failed ? '✗' : parts.length > 0 && counts.error + counts.warning + counts.unknown > 0 ? '⚠' : '✔'} ${[...parts, rest].join(', ')}`
}

const skippedLines = (rules: readonly RuleReport[]): string[] => {
  const skipped = rules.filter(({ status }) => status === 'skipped')
  return skipped.length === 0 ? [] : ['', 'not asked', ...skipped.map(({ id, skipped: why }) => `    ${id}  ${why}`)]
}

export function drawAudit(report: AuditReport): string {
  const told = report.rules.filter(({ status }) => status === 'found' || status === 'unknown')
  const lines = [
    ...headLines(report),
    ...told.flatMap((rule) => ruleLines(rule, report)),
    ...skippedLines(report.rules),
    '',
    verdict(report),
  ]
  return `${lines.map((line) => sanitise(line)).join('\n')}\n`
}
