// The key that Flux decrypts with: what the cluster has of it, and what its backup is sealed to.
import { type ClusterKeys, importedIdentities, readClusterKeys } from '../../src/actions/keys/cluster-keys.ts'
import type { RunBackup } from '../../src/actions/keys/run-backup.ts'
import type { SealHow } from '../../src/actions/keys/seal-backup.ts'
import { usageError } from '../../src/errors.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { Identity } from '../../src/sops/keys/identities.ts'
import type { BootstrapInput } from './input.ts'

type File = BootstrapInput['file']
export type Sops = NonNullable<File['sops']>

export const ENTRY = 'age.agekey'

export const keySecret = ({ flux }: Pick<File, 'flux'>, { secretName }: Pick<Sops, 'secretName'>): string =>
  `${flux.namespace}/${secretName}`

export interface KeysInCluster {
  readonly secret: ClusterKeys
  /** Those that Flux reads. */
  readonly identities: readonly Identity[]
}

/** undefined where the Secret is not there. */
export async function keysInCluster({ kube }: Pick<ReadContext, 'kube'>, id: string): Promise<KeysInCluster | undefined> {
  const [secret] = await readClusterKeys(kube, { objects: [], deployments: [] }, [id])
  return secret?.object === undefined ? undefined : { secret, identities: importedIdentities(secret) }
}

/** Named after the key, and not after the run: another run finds it. */
export const backupOfKey = (context: string, recipient: string, backup: NonNullable<Sops['backup']>): RunBackup => ({
  runId: recipient.slice(-12),
  context,
  out: backup.out,
  shares: backup.shares?.of,
  sheet: false,
})

/** Throws OpsError (usage) `variable-empty`. */
export function sealHow({ env }: Pick<ReadContext, 'env'>, { recipients, shares, passphraseEnv }: NonNullable<Sops['backup']>): SealHow {
  if (recipients !== undefined) return { how: 'recipients', to: recipients, recipientsFiles: [], identities: [] }
  if (shares !== undefined) return { how: 'shares', threshold: shares.needed, count: shares.of }
  const passphrase = passphraseEnv === undefined ? undefined : env.secret(passphraseEnv)
  if (passphrase !== undefined) return { how: 'passphrase', passphrase }
  throw usageError(
    'variable-empty',
    `${passphraseEnv} is not set: it holds the passphrase of the backup`,
    `export ${passphraseEnv}=…   and the same command again`,
  )
}
