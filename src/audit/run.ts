// Every rule is asked, one by one; what one of them stumbles over is its own answer and not the end of the audit.
import { messageOf, OpsError } from '../errors.ts'
import { type AuditRule, type Finding, type Looked, type RuleReport, SEVERITIES, type Severity, whereText } from './model.ts'

function answerOf<World>(rule: AuditRule<World>, world: World): Looked {
  try {
    return rule.find(world)
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return { found: [], unknown: [{ cause: messageOf(error) }] }
  }
}

const worst = (severities: readonly Severity[]): Severity | undefined => SEVERITIES.find((each) => severities.includes(each))

function reportOf<World>(rule: AuditRule<World>, world: World): RuleReport {
  const { id, title, reason, fix, source } = rule
  const answer = answerOf(rule, world)
  const findings = answer.found.map(
    ({ where, what, fix: own, severity }): Finding => ({
      rule: id,
      severity: severity ?? rule.severity,
      where: whereText(where),
      path: 'path' in where ? where.path : null,
      line: 'path' in where ? (where.line ?? null) : null,
      what,
      fix: own ?? fix,
    }),
  )
  const unknown = answer.unknown.map(({ where, cause }) => ({ where: where === undefined ? null : whereText(where), cause }))
  const skipped = answer.skipped ?? null
  const status = findings.length > 0 ? 'found' : unknown.length > 0 ? 'unknown' : skipped === null ? 'holds' : 'skipped'
  const severity = worst(findings.map((finding) => finding.severity)) ?? rule.severity
  return { id, title, severity, status, findings, unknown, skipped, reason, fix, source }
}

const rank = ({ status, severity }: RuleReport): number =>
  ['found', 'unknown', 'skipped', 'holds'].indexOf(status) * SEVERITIES.length + SEVERITIES.indexOf(severity)

/** Reports in the order a person reads them: what was found, worst first; what could not be known; the rest. */
export const runAudit = <World>(rules: readonly AuditRule<World>[], world: World): RuleReport[] =>
  rules
    .map((rule) => reportOf(rule, world))
    .map((report, index) => ({ report, index }))
    .sort((one, other) => rank(one.report) - rank(other.report) || one.index - other.index)
    .map(({ report }) => report)

/** Whether a report has something at `level` or worse: found, or not to be known. An answer that could not be had is no pass. */
export function fails(
  reports: readonly RuleReport[],
  level: Severity,
  rules: readonly Pick<AuditRule<never>, 'id' | 'severity'>[],
): boolean {
  const reaches = (severity: Severity): boolean => SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(level)
  const ownSeverity = new Map(rules.map(({ id, severity }) => [id, severity]))
  return reports.some(
    ({ id, findings, unknown }) =>
      findings.some((finding) => reaches(finding.severity)) || (unknown.length > 0 && reaches(ownSeverity.get(id) ?? 'error')),
  )
}
