// A drill for a person: the verdict last, what is wrong with its reason and what to type, what is well as a number.
import type { DrillReport, FileCount, SecretDrill } from '../../actions/keys/drill-report.ts'
import type { FileProblem } from '../../actions/keys/sealed-survey.ts'
import { shortRecipient } from '../../sops/keys/bundle.ts'
import { sanitise } from '../../ui/sanitise.ts'
import { drillVerdict } from './drill-verdict.ts'
import type { Named } from './named.ts'

const MOST = 20

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

const problemLines = ({ path, message, hints }: FileProblem): string[] => [
  // Most messages begin with the file, as they have to stand alone as well.
  `  ✗ ${message.startsWith(path) ? message : `${path}: ${message}`}`,
  ...hints.map((hint) => `      → ${hint}`),
]

function problems(found: readonly FileProblem[]): string[] {
  const shown = found.slice(0, MOST).flatMap(problemLines)
  return found.length > MOST ? [...shown, `  … and ${found.length - MOST} more: --json has all`] : shown
}

const countLine = ({ files, opened }: FileCount, what: string): string =>
  `  ${opened === files ? '✔' : '✗'} ${opened === files ? counted(files, 'sealed file') : `${opened} of ${counted(files, 'sealed file')}`} ${what}`

function repositoryLines({ repository }: DrillReport): string[] {
  const { files, withoutMac, uncommitted, submodules } = repository
  const none = files === 0 ? ['  ? there is no sealed file: nothing is proven'] : []
  const macs = withoutMac.slice(0, MOST).map((path) => `  ⚠ ${path} has no MAC: nobody can tell whether it was changed`)
  const count = files === 0 ? [] : [countLine(repository, 'open from this backup alone, MAC and all')]
  const edited = uncommitted
    .slice(0, MOST)
    .map((path) => `  ⚠ ${path} is not here as it is committed: what is committed was looked at as well`)
  const modules = submodules.map((path) => `  ⚠ ${path} is a submodule, and was not looked at: drill it by itself, --repo ${path}`)
  return [
    `repository at ${repository.head.slice(0, 12)}`,
    ...none,
    ...count,
    ...problems(repository.problems),
    ...macs,
    ...edited,
    ...modules,
  ]
}

function secretLines(secret: SecretDrill): string[] {
  const { id, usedBy, recipients, notBackedUp, applied, elsewhere, unknown } = secret
  const missing = notBackedUp.map((recipient) => `  ✗ ${shortRecipient(recipient)} is not in this backup: it is lost with the cluster`)
  return [
    `Secret ${id}: ${counted(recipients.length, 'identity', 'identities')}, used by ${counted(usedBy.length, 'Kustomization')}`,
    ...missing,
    ...(missing.length > 0 ? ['      → flux-ops age backup'] : []),
    ...(secret.files === 0 ? [] : [countLine(secret, 'that are meant for it open')]),
    ...problems(secret.problems),
    ...applied.flatMap((one) => [countLine(one, `of ${one.revision}, which is applied now, open`), ...problems(one.problems)]),
    ...(elsewhere.length > 0 ? [`  ⚠ not of this repository, drill what it applies as well: ${elsewhere.join(', ')}`] : []),
    ...unknown.map((why) => `  ? ${why}`),
  ]
}

function clusterLines({ cluster }: DrillReport): string[] {
  if (cluster === null) return ['cluster', '  not asked']
  return [
    `cluster  ${cluster.context} (uid ${cluster.uid.slice(0, 8)}…)`,
    ...cluster.unknown.map((why) => `  ? ${why}`),
    ...cluster.secrets.flatMap(secretLines),
  ]
}

const MARKS: Readonly<Record<DrillReport['verdict'], string>> = { passed: '✔', failed: '✗', unknown: '?' }

export function drawDrill(report: DrillReport & { readonly recorded: readonly string[] }, named: Named): string {
  const { backup } = report
  const lines = [
    `backup   ${backup.names.join(', ')}${backup.taken === null ? '' : `, taken ${backup.taken}`}${backup.cluster === null ? '' : `, of ${backup.cluster}`}`,
    ...backup.recipients.map((recipient) => `         ${shortRecipient(recipient)}`),
    ...(backup.unknown === null ? [] : [`  ? ${backup.unknown}`]),
    '',
    ...repositoryLines(report),
    '',
    ...clusterLines(report),
    '',
    `${MARKS[report.verdict]} ${drillVerdict(report)}`,
    ...report.recorded.map((id) => `  Secret ${id} remembers it`),
  ]
  return `${lines.map((line) => sanitise(named(line))).join('\n')}\n`
}
