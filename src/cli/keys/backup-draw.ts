// A backup for a person: which keys, what proves them, where it is, and what is left to do.

import { shortRecipient } from '../../sops/keys/bundle.ts'
import type { Manifest } from '../../sops/keys/manifest.ts'
import { sourceName } from '../../sops/keys/sources.ts'
import { sanitise } from '../../ui/sanitise.ts'
import type { BackupResult } from './make-backup.ts'
import type { Named } from './named.ts'

const MOST = 20

function keyLines({ recipient, kind, sources }: Manifest['keys'][number], proof: BackupResult['proof']): string[] {
  const opened = proof?.keys.find((key) => key.recipient === recipient)?.opened
  const name = recipient === undefined ? `a key of ${kind}` : shortRecipient(recipient)
  const mark = opened === undefined ? `  ⚠ ${name}  opens no file of this repository` : `  ✔ ${name}  opens ${opened}`
  return [mark, ...sources.map((source) => `      ${sourceName(source)}`)]
}

function proofLines(proof: BackupResult['proof']): string[] {
  if (proof === null) return ['proof', '  ⚠ not tried against any repository']
  const shut = proof.shut.slice(0, MOST).map((path) => `  ⚠ ${path} does not open with these keys`)
  const more = proof.shut.length > MOST ? [`  … and ${proof.shut.length - MOST} more: --json has all`] : []
  return [`proof    ${proof.opened} of ${proof.files} sealed files open, at ${proof.commit.slice(0, 12)}`, ...shut, ...more]
}

function next({ sealed, reopened, files, recorded }: BackupResult): string[] {
  if (sealed === null) return ['nothing was written (--dry-run)']
  const drill = `flux-ops age drill ${files[0] ?? ''}`
  const opened = reopened
    ? ['✔ opened again from what was written']
    : ['⚠ not opened yet: its keys are elsewhere. Prove it where one of them is:', `    ${drill} --identity FILE`]
  const apart =
    sealed.how === 'shares'
      ? [`⚠ any ${sealed.threshold} of these shares together are the key: give each to its keeper, and delete them here`]
      : []
  return [...opened, ...apart, ...recorded.map((id) => `✔ Secret ${id} remembers it`)]
}

const how = (sealed: BackupResult['sealed']): string => {
  if (sealed === null) return ''
  if (sealed.how === 'passphrase') return 'sealed to a passphrase'
  if (sealed.how === 'shares') return `${sealed.count} shares, any ${sealed.threshold} of which recover`
  return `sealed to ${sealed.to.map(({ recipient, name }) => (name === undefined ? shortRecipient(recipient) : `${shortRecipient(recipient)} "${name}"`)).join(', ')}`
}

export function drawBackup(result: BackupResult, named: Named): string {
  const written = result.files.length === 0 ? [] : [`written  ${how(result.sealed)}`, ...result.files.map((file) => `  ${file}`), '']
  const lines = [
    `keys     ${result.keys.length}`,
    ...result.keys.flatMap((key) => keyLines(key, result.proof)),
    '',
    ...proofLines(result.proof),
    '',
    ...written,
    ...next(result),
  ]
  return `${lines.map((line) => sanitise(named(line))).join('\n')}\n`
}
