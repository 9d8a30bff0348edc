// A restore for a person: before it what is missing where, after it what holds.
import type { RestorePlan, SecretToRestore } from '../../actions/keys/restore-plan.ts'
import { shortRecipient } from '../../sops/keys/bundle.ts'
import { sanitise } from '../../ui/sanitise.ts'
import type { RestoreResult } from './run-restore.ts'

const whereabouts = ({ id, exists, namespaceExists }: SecretToRestore): string => {
  if (!namespaceExists) return `Secret ${id}: made, with its namespace`
  return exists ? `Secret ${id}` : `Secret ${id}: made`
}

function secretLines(secret: SecretToRestore): string[] {
  if (secret.add.length === 0) return [`Secret ${secret.id} lacks none of its keys`]
  return [
    whereabouts(secret),
    ...secret.add.flatMap(({ name, recipients }) => recipients.map((recipient) => `  entry ${name}   ${shortRecipient(recipient)}`)),
  ]
}

/** What would be done, before it is. */
export const restoreLines = (cluster: { readonly context: string; readonly uid: string }, plan: RestorePlan): string[] => [
  `cluster ${cluster.context} (uid ${cluster.uid.slice(0, 8)}…)`,
  ...plan.secrets.flatMap(secretLines),
  ...plan.passedOver.map((where) => `left in the backup: Secret ${where}, as Flux reads no entry of that name`),
  ...plan.homeless.map(
    (recipient) => `left in the backup: ${shortRecipient(recipient)}, which came from a file: --secret ID or --key-file FILE takes it`,
  ),
]

export function drawRestore({ secrets, keyFile, missing, kustomizations, changed }: RestoreResult, dryRun: boolean): string {
  const file =
    keyFile === null
      ? []
      : [
          ...(dryRun ? missing.map((recipient) => `${keyFile} lacks ${shortRecipient(recipient)}`) : []),
          changed
            ? `✔ ${keyFile} has every key of the backup`
            : `${keyFile}: nothing ${missing.length > 0 ? 'was written (--dry-run)' : 'was missing'}`,
        ]
  const added = changed
    ? secrets.filter((one) => one.added.length > 0).map(({ id }) => `✔ Secret ${id} has its keys of the backup, read back`)
    : []
  const healed = kustomizations.map(({ id, ready, message }) =>
    ready ? `✔ Kustomization ${id} is ready` : `✗ Kustomization ${id} is not ready: ${message}`,
  )
  const nothing = keyFile === null && !changed ? [dryRun ? 'nothing was written (--dry-run)' : 'nothing was changed'] : []
  return `${[...file, ...added, ...healed, ...nothing].map((line) => sanitise(line)).join('\n')}\n`
}
