// A backup of an installation for a person: what is in it, what is not, where it is, and what is left to do.
import { shortRecipient } from '../../sops/keys/bundle.ts'
import { sanitise } from '../../ui/sanitise.ts'
import type { BackupResult } from './make-backup.ts'

const MOST = 10

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

const few = (all: readonly string[], mark = '  '): string[] => [
  ...all.slice(0, MOST).map((one) => `${mark}${one}`),
  ...(all.length > MOST ? [`${mark}… and ${all.length - MOST} more: --json has all`] : []),
]

function contents({ objects, secrets, suspended, expected, sources, flux, keptBy }: BackupResult): string[] {
  const revisions = sources.map(({ object, url, revision }) => `  ${object}  ${url}  ${revision ?? 'nothing fetched yet'}`)
  return [
    `Flux     ${flux ?? 'of no release that is known'}, ${keptBy}`,
    `objects  ${objects.objects} of ${expected} are in it; the others are in git, and Flux brings them from there`,
    ...(sources.length === 0 ? [] : ['from', ...revisions.slice(0, MOST)]),
    `secrets  ${secrets.length}`,
    ...few(secrets, '  '),
    ...(suspended.length === 0
      ? []
      : [
          `suspended  ${suspended.length}: they come back so, with ${counted(objects.applied, 'object')} that they had applied`,
          ...few(suspended),
        ]),
  ]
}

const notIn = ({ leftOut }: BackupResult): string[] => [
  'not in it',
  '  what lies in volumes, and what neither Flux nor git knows of',
  ...few(leftOut.map(({ what, why }) => `${what}: ${why}`)),
]

function sealedTo({ sealed }: BackupResult): string {
  if (sealed?.how !== 'recipients') return 'sealed to a passphrase'
  return `sealed to ${sealed.to.map(({ recipient, name }) => (name === undefined ? shortRecipient(recipient) : `${shortRecipient(recipient)} "${name}"`)).join(', ')}`
}

function next(result: BackupResult): string[] {
  const [file] = result.files
  if (file === undefined) return ['nothing was written (--dry-run)']
  const restore = `flux-ops restore ${file} --context NEW --dry-run`
  return [
    `written  ${sealedTo(result)}`,
    ...result.files.map((path) => `  ${path}`),
    '',
    ...(result.reopened
      ? ['✔ opened again from what was written']
      : ['⚠ not opened yet: its keys are elsewhere. Prove it where one of them is:', `    ${restore} --identity FILE`]),
    ...result.recorded.map((id) => `✔ Secret ${id} remembers it`),
    '► keep it away from this cluster and from this machine; in an empty cluster:',
    `    ${restore}`,
  ]
}

export const drawInstallationBackup = (result: BackupResult): string =>
  `${[...contents(result), '', ...notIn(result), '', ...next(result)].map((line) => sanitise(line)).join('\n')}\n`
