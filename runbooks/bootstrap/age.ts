// The key that Flux decrypts with: what the cluster has of it, what the file gives, and what its backup is sealed to.
import { type ClusterKeys, importedIdentities, readClusterKeys } from '../../src/actions/keys/cluster-keys.ts'
import type { RunBackup } from '../../src/actions/keys/run-backup.ts'
import type { SealHow } from '../../src/actions/keys/seal-backup.ts'
import { usageError } from '../../src/errors.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { type Identity, parseIdentities } from '../../src/sops/keys/identities.ts'
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

/** Text and identities of the key file. Throws OpsError `key-missing` (usage) where it has none, and those of a file that cannot be read. */
export async function keysOfFile({ files }: Pick<ReadContext, 'files'>, path: string): Promise<{ text: string; identities: Identity[] }> {
  const text = await files.readText(path)
  const identities = await parseIdentities(text, path)
  if (identities.length === 0)
    throw usageError('key-missing', `${path} holds no age key`, 'name the private key file: a line that begins with AGE-SECRET-KEY-1')
  return { text, identities }
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
