// What a backup of an installation is sealed to, from the flags.
import type { InstallationSeal } from '../../actions/installation-backup/file.ts'
import { usageError } from '../../errors.ts'
import type { Invocation } from '../invocation.ts'
import { sealHow as keySeal, type SealFlags } from '../keys/seal-how.ts'

/** Throws OpsError (usage) `seal-missing`, `seal-several`. */
export function sealHow(invocation: Invocation, flags: Omit<SealFlags, 'shares'>): () => Promise<InstallationSeal> {
  const given =
    flags.to !== undefined || flags['recipients-file'] !== undefined || flags.passphrase || flags['passphrase-file'] !== undefined
  if (!given && !flags['dry-run'])
    throw usageError(
      'seal-missing',
      'nothing says what the backup is sealed to',
      '--to age1… for keys that are kept elsewhere',
      '--passphrase',
    )
  const how = keySeal(invocation, flags)
  return async () => (await how()) as InstallationSeal
}
