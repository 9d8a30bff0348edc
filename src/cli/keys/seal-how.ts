// Which way a backup is sealed, from the flags: just one, and checked before a cluster is asked.
import type { SealHow } from '../../actions/keys/seal-backup.ts'
import { usageError } from '../../errors.ts'
import type { Invocation } from '../invocation.ts'
import { askPassphrase } from './ask-passphrase.ts'
import { parseShares } from './parse-shares.ts'

export interface SealFlags {
  readonly to?: readonly string[] | undefined
  readonly 'recipients-file'?: readonly string[] | undefined
  readonly passphrase: boolean
  readonly 'passphrase-file'?: string | undefined
  readonly shares?: string | undefined
  readonly identity?: readonly string[] | undefined
  readonly 'dry-run': boolean
  readonly json: boolean
}

const HINTS = ['--to age1… for keys that are kept elsewhere', '--passphrase', '--shares 3/5']

/** Throws OpsError (usage) `seal-missing`, `seal-several`, `shares-invalid`. */
export function sealHow(invocation: Invocation, flags: SealFlags): () => Promise<SealHow> {
  const { to = [], 'recipients-file': recipientsFiles = [], identity: identities = [] } = flags
  const toKeys = to.length > 0 || recipientsFiles.length > 0
  const toPassphrase = flags.passphrase || flags['passphrase-file'] !== undefined
  const ways = [toKeys && '--to', toPassphrase && '--passphrase', flags.shares !== undefined && '--shares'].filter((way) => way !== false)
  if (ways.length > 1) throw usageError('seal-several', `${ways.join(' and ')} cannot be used together`, 'make a backup for each')
  const shares = flags.shares === undefined ? undefined : parseShares(flags.shares)
  if (ways.length === 0 && !flags['dry-run']) throw usageError('seal-missing', 'nothing says what the backup is sealed to', ...HINTS)
  return async () => {
    if (shares !== undefined) return shares
    if (!toPassphrase) return { how: 'recipients', to, recipientsFiles, identities }
    const { signal } = invocation
    return {
      how: 'passphrase',
      passphrase: await askPassphrase({ what: 'of the new backup', file: flags['passphrase-file'], twice: true, json: flags.json, signal }),
    }
  }
}
