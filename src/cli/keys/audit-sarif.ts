// The findings in SARIF 2.1.0, as forges and editors read them. What could not be known is a notification of the tool, as it is no result.
import type { Finding, RuleReport, Severity } from '../../audit/model.ts'
import { sanitise } from '../../ui/sanitise.ts'

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json'
const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = { error: 'error', warning: 'warning', info: 'note' }

const README = 'runbooks/audit-keys/README.md'

const ruleOf = ({ id, title, reason, fix, severity }: RuleReport) => ({
  id,
  shortDescription: { text: title },
  fullDescription: { text: reason },
  help: { text: `${fix}\n${README}#${id}` },
  defaultConfiguration: { level: LEVELS[severity] },
})

const uriOf = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

const locationOf = ({ path, line, where }: Finding) =>
  path === null
    ? { logicalLocations: [{ fullyQualifiedName: where, kind: 'resource' }] }
    : { physicalLocation: { artifactLocation: { uri: uriOf(path), uriBaseId: '%SRCROOT%' }, region: { startLine: line ?? 1 } } }

const resultOf = (finding: Finding, ruleIndex: number) => ({
  ruleId: finding.rule,
  ruleIndex,
  level: LEVELS[finding.severity],
  message: { text: sanitise(`${finding.what}. ${finding.fix}`) },
  locations: [locationOf(finding)],
})

const notificationsOf = ({ id, unknown }: RuleReport) =>
  unknown.map(({ where, cause }) => ({
    associatedRule: { id },
    level: 'warning',
    message: { text: sanitise(`could not be known: ${where === null ? '' : `${where}: `}${cause}`) },
  }))

export const sarifOf = (rules: readonly RuleReport[], version: string): object => ({
  $schema: SCHEMA,
  version: '2.1.0',
  runs: [
    {
      tool: { driver: { name: 'flux-ops', version, rules: rules.map(ruleOf) } },
      originalUriBaseIds: { '%SRCROOT%': { description: { text: 'the root of the repository' } } },
      invocations: [{ executionSuccessful: true, toolExecutionNotifications: rules.flatMap(notificationsOf) }],
      results: rules.flatMap((rule, index) => rule.findings.map((finding) => resultOf(finding, index))),
    },
  ],
})
