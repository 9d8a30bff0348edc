// Opens what a backup was sealed in, with identities or a passphrase, and tells apart why it does not open. age-encryption's own messages are
// matched where they are the only difference and never shown: some of them repeat what they were given.
import { type OpsError, usageError } from '../../errors.ts'
import type { Command } from '../../ports/exec.ts'
import { Secret } from '../../ports/secret.ts'
import { type AgeFile, armored, damagedFile } from './age-file.ts'
import { shortRecipient } from './bundle.ts'
import type { Identity } from './identities.ts'

/** Stanzas that we open ourselves, beside `scrypt`. */
const NATIVE = ['X25519', 'mlkem768x25519']
const NO_MATCH = "no identity matched any of the file's recipients"
const TOO_SLOW = 'scrypt work factor is too high'

type Decrypter = InstanceType<typeof import('age-encryption')['Decrypter']>

export const needsPassphrase = ({ stanzas }: AgeFile): boolean => stanzas.includes('scrypt')

/** The key of the file; undefined where what the decrypter was given does not open it. */
async function fileKey(file: AgeFile, decrypter: Decrypter): Promise<Uint8Array | undefined> {
  try {
    return await decrypter.decryptHeader(file.bytes.subarray(0, file.headerLength))
  } catch (error) {
    const said = error instanceof Error ? error.message : ''
    if (said === NO_MATCH) return undefined
    if (said === TOO_SLOW)
      throw usageError(
        'work-factor-too-high',
        `${file.where} asks for more rounds of scrypt than 2^20`,
        'the age CLI may open it: age --decrypt FILE',
      )
    throw damagedFile(file.where, 'its header was changed or is not whole')
  }
}

async function payload<T>(file: AgeFile, key: Uint8Array, read: (decrypter: Decrypter) => Promise<T>): Promise<T> {
  const { Decrypter } = await import('age-encryption')
  const decrypter = new Decrypter()
  decrypter.addIdentity({ unwrapFileKey: () => key })
  try {
    return await read(decrypter)
  } catch {
    throw damagedFile(file.where, 'the key fits, but what it seals was changed or cut off')
  }
}

const byCli = (file: AgeFile, types: readonly string[]): OpsError =>
  usageError(
    'age-cli-needed',
    `${file.where} opens with a key of ${types.join(', ')}, which only the age CLI can use`,
    'age --decrypt -i FILE, where FILE is the SSH private key or the identity of the plugin',
    'a plugin (age-plugin-…) has to be in PATH',
  )

function noMatch(file: AgeFile, identities: readonly Identity[]): OpsError {
  const foreign = file.stanzas.filter((type) => !NATIVE.includes(type))
  if (foreign.length > 0 && (foreign.length === file.stanzas.length || identities.some(({ kind }) => kind === 'plugin')))
    return byCli(file, foreign)
  const tried = identities.flatMap(({ recipient }) => (recipient === undefined ? [] : [shortRecipient(recipient)]))
  return usageError(
    'identity-no-match',
    `${file.where} does not open: it is sealed to ${file.stanzas.join(', ')}, and none of the identities given is one of them`,
    tried.length === 0 ? 'give the identity of a recipient of this backup' : `tried: ${tried.join(', ')}`,
    'the manifest of the backup names its recipients',
    ...(foreign.length > 0 ? ['an SSH key or a plugin opens it by the age CLI: age --decrypt -i FILE'] : []),
  )
}

async function keyByIdentities(file: AgeFile, identities: readonly Identity[]): Promise<Uint8Array> {
  if (needsPassphrase(file))
    throw usageError('passphrase-needed', `${file.where} is sealed to a passphrase, not to keys`, 'give the passphrase of the backup')
  const { Decrypter } = await import('age-encryption')
  const decrypter = new Decrypter()
  for (const { kind, secret } of identities) if (kind !== 'plugin') decrypter.addIdentity(secret.reveal())
  const key = await fileKey(file, decrypter)
  if (key === undefined) throw noMatch(file, identities)
  return key
}

const asText =
  ({ bytes }: AgeFile) =>
  async (decrypter: Decrypter): Promise<Secret> =>
    new Secret(await decrypter.decrypt(bytes, 'text'))

/**
 * What the file holds. Throws OpsError (usage) `passphrase-needed`, `identity-no-match` (names the kinds of keys in the header), `age-cli-needed`
 * (an SSH key or a plugin: see `ageOpenCommand`), and `age-file-damaged`.
 */
export const openWithIdentities = async (file: AgeFile, identities: readonly Identity[]): Promise<Secret> =>
  await payload(file, await keyByIdentities(file, identities), asText(file))

/** The same for what is no text. */
export const openBytesWithIdentities = async (file: AgeFile, identities: readonly Identity[]): Promise<Uint8Array> =>
  await payload(file, await keyByIdentities(file, identities), (decrypter) => decrypter.decrypt(file.bytes, 'uint8array'))

/** Throws OpsError (usage) `passphrase-wrong`, `passphrase-not-used`, `work-factor-too-high`, and `age-file-damaged`. */
async function keyByPassphrase(file: AgeFile, passphrase: Secret): Promise<Uint8Array> {
  if (!needsPassphrase(file))
    throw usageError(
      'passphrase-not-used',
      `${file.where} is sealed to keys (${file.stanzas.join(', ')}), not to a passphrase`,
      'give an identity file',
    )
  const { Decrypter } = await import('age-encryption')
  const decrypter = new Decrypter()
  decrypter.addPassphrase(passphrase.reveal())
  const key = await fileKey(file, decrypter)
  if (key !== undefined) return key
  throw usageError(
    'passphrase-wrong',
    `${file.where} does not open with this passphrase`,
    'type it again; capitals, spaces and dashes count',
    'a file whose header was changed says the same: try another copy',
  )
}

/** As above, by a passphrase. */
export const openWithPassphrase = async (file: AgeFile, passphrase: Secret): Promise<Secret> =>
  await payload(file, await keyByPassphrase(file, passphrase), asText(file))

/** The same for what is no text. */
export const openBytesWithPassphrase = async (file: AgeFile, passphrase: Secret): Promise<Uint8Array> =>
  await payload(file, await keyByPassphrase(file, passphrase), (decrypter) => decrypter.decrypt(file.bytes, 'uint8array'))

/** The command that prints what the file holds, with an identity file of SSH or a plugin. It may ask for a touch or a PIN on the terminal. */
export const ageOpenCommand = async (file: AgeFile, identityPath: string): Promise<Command<'read'>> => ({
  tool: 'age',
  args: ['--decrypt', '--identity', identityPath],
  effect: 'read',
  stdin: await armored(file),
})
