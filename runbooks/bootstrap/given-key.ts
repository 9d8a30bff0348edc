// The key that the cluster file gives: of a key file, or out of a backup, which is opened in memory alone.
import { openBackup } from '../../src/actions/keys/open-backup.ts'
import { once } from '../../src/actions/once.ts'
import { OpsError, refusal, usageError } from '../../src/errors.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { Secret } from '../../src/ports/secret.ts'
import { bundleKeys, type KeyBundle, type KeySet, keySetText, shortRecipient } from '../../src/sops/keys/bundle.ts'
import { type Identity, parseIdentities } from '../../src/sops/keys/identities.ts'
import { isReadByFlux, sourceName } from '../../src/sops/keys/sources.ts'
import { ENTRY, keySecret, keysInCluster, type Sops } from './age.ts'
import type { BootstrapInput } from './input.ts'

type File = BootstrapInput['file']
type Backup = NonNullable<Sops['key']['backup']>
type Context = Pick<ReadContext, 'files' | 'exec' | 'env'>

export interface GivenKey {
  /** What Flux is to have, by entry of its Secret; each is the text of a key file. */
  readonly entries: Readonly<Record<string, Secret>>
  readonly identities: readonly Identity[]
}

/** Where the key comes from, as a person reads it; undefined where it is made. */
export const keyOrigin = ({ key }: Sops): string | undefined =>
  key.file ?? (key.backup === undefined ? undefined : `the backup ${(key.backup.shares ?? [key.backup.file]).join(', ')}`)

const textOf = (all: Iterable<Secret>): Secret => new Secret([...all].map((one) => one.reveal()).join('\n'))

async function ofFile({ files }: Context, path: string): Promise<GivenKey> {
  const text = await files.readText(path)
  const identities = await parseIdentities(text, path)
  if (identities.length > 0) return { entries: { [ENTRY]: new Secret(text) }, identities }
  throw usageError('key-missing', `${path} holds no age key`, 'name the private key file: a line that begins with AGE-SECRET-KEY-1')
}

async function passphraseOf({ env }: Context, { file, passphraseEnv }: Backup): Promise<Secret> {
  if (passphraseEnv === undefined)
    throw usageError(
      'passphrase-needed',
      `${file} is sealed to a passphrase, and not to keys`,
      'sops.key.backup.passphraseEnv of the cluster file: the variable that has it',
    )
  const value = env.secret(passphraseEnv)
  if (value !== undefined) return value
  throw usageError(
    'variable-empty',
    `${passphraseEnv} is not set: it holds the passphrase of ${file}`,
    `export ${passphraseEnv}=…   and the same command again`,
  )
}

/** The same error, with what to change in a cluster file in place of the flag of a command. */
function inFile(error: unknown): unknown {
  if (!(error instanceof OpsError) || error.code !== 'identity-needed') return error
  const { code, message, exit } = error
  return new OpsError({ code, message, hints: ['sops.key.backup.identityFile of the cluster file: the key file that opens it'], exit })
}

async function bundleOf(ctx: Context, backup: Backup): Promise<KeyBundle> {
  try {
    const files = backup.shares ?? [backup.file ?? '']
    const identities = backup.identityFile === undefined ? [] : [backup.identityFile]
    return (await openBackup(ctx, { files, identities, passphrase: () => passphraseOf(ctx, backup) })).bundle
  } catch (error) {
    throw inFile(error)
  }
}

const isOf =
  (id: string) =>
  ({ source }: KeySet): boolean =>
    source.kind === 'secret' && `${source.namespace}/${source.name}` === id

const withKey = (sets: readonly KeySet[], recipient: string): KeySet[] =>
  sets.flatMap(({ source, identities }) => {
    const wanted = identities.filter((one) => one.recipient === recipient)
    return wanted.length === 0 ? [] : [{ source, identities: wanted }]
  })

function severalKeys(bundle: KeyBundle, from: string, id: string): OpsError {
  const keys = bundleKeys(bundle).map(
    ({ recipient, sources }) => `${recipient === undefined ? 'a key' : shortRecipient(recipient)} of ${sources.map(sourceName).join(', ')}`,
  )
  return refusal(
    'backup-several-keys',
    `${from} holds ${keys.length} keys, and none of them was in Secret ${id}: ${keys.slice(0, 10).join('; ')}`,
    'which one does this cluster get?  sops.key.recipient of the file',
    'the others are put back by  flux-ops age restore',
  )
}

/**
 * What of a backup belongs into the Secret: what was in it, else what was in a key file, else the key that the cluster file names, else the only one. Keys of
 * other Secrets stay in the backup: whoever reads this one could open what is not his. Pure. Throws OpsError `key-missing` (usage), `backup-several-keys`
 * (refused).
 */
export function setsFor(bundle: KeyBundle, { id, recipient, from }: { id: string; recipient: string | undefined; from: string }): KeySet[] {
  const full = bundle.sets.filter(({ identities }) => identities.length > 0)
  const fits = (sets: readonly KeySet[]): boolean => sets.length > 0 && (recipient === undefined || withKey(sets, recipient).length > 0)
  const own = full.filter(isOf(id))
  const loose = full.filter(({ source }) => source.kind !== 'secret')
  if (fits(own)) return own
  if (fits(loose) && (recipient !== undefined || loose.length === full.length)) return loose
  if (recipient !== undefined) {
    const [wanted] = withKey(full, recipient)
    if (wanted !== undefined) return [wanted]
    throw usageError('key-missing', `${from} does not have the key of ${recipient}`, 'another backup, or sops.key.recipient of the file')
  }
  if (bundleKeys(bundle).length > 1) throw severalKeys(bundle, from, id)
  return full.slice(0, 1)
}

/** Under the names that they had there; what Flux would pass over gets one that it reads. */
function entriesOf(sets: readonly KeySet[], id: string): Record<string, Secret> {
  const named = sets.every((set) => isOf(id)(set) && set.source.kind === 'secret' && isReadByFlux(set.source.entry))
  if (!named) return { [ENTRY]: textOf(sets.map(keySetText)) }
  return Object.fromEntries(sets.map((set) => [set.source.kind === 'secret' ? set.source.entry : ENTRY, keySetText(set)]))
}

async function ofBackup(ctx: Context, backup: Backup, file: File, sops: Sops): Promise<GivenKey> {
  const id = keySecret(file, sops)
  const bundle = await bundleOf(ctx, backup)
  const sets = setsFor(bundle, { id, recipient: sops.key.recipient, from: keyOrigin(sops) ?? '' })
  return { entries: entriesOf(sets, id), identities: sets.flatMap(({ identities }) => identities) }
}

/**
 * undefined where none is given: one is made. Throws OpsError `key-missing`, `variable-empty`, `passphrase-needed`, `identity-needed` (usage),
 * `backup-several-keys` (refused), and those of openBackup.
 */
export async function givenKey(ctx: Context, file: File): Promise<GivenKey | undefined> {
  const { sops } = file
  if (sops === undefined) return undefined
  const { file: path, backup } = sops.key
  if (path !== undefined) return ofFile(ctx, path)
  // A passphrase takes a second: once for all that is asked of it.
  if (backup !== undefined) return once(ctx.env, `sops.key.backup ${JSON.stringify(backup)}`, () => ofBackup(ctx, backup, file, sops))
  return undefined
}

/** Text that sops opens files with; undefined where it has to find a key by itself. What came out of a backup is asked of the cluster, once it is there. */
export async function openingKey(ctx: Context & Pick<ReadContext, 'kube'>, file: File): Promise<Secret | undefined> {
  if (file.sops?.key.backup !== undefined) {
    const there = (await keysInCluster(ctx, keySecret(file, file.sops)))?.identities ?? []
    if (there.length > 0) return textOf(there.map(({ secret }) => secret))
  }
  const given = await givenKey(ctx, file)
  return given && textOf(Object.values(given.entries))
}
