// A backup of an installation as a file: packed, sealed, and opened again. What it holds is in memory alone.
import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { OpsError, usageError } from '../../errors.ts'
import { type Content, contentText, readContent } from '../../flux/installation/content.ts'
import type { ReadContext } from '../../ports/context.ts'
import type { Secret } from '../../ports/secret.ts'
import { type AgeFile, readAgeFile } from '../../sops/keys/age-file.ts'
import type { BundleKey } from '../../sops/keys/bundle.ts'
import { parseIdentities } from '../../sops/keys/identities.ts'
import type { SealedBy } from '../../sops/keys/manifest.ts'
import { needsPassphrase, openBytesWithPassphrase } from '../../sops/keys/open.ts'
import { parseRecipientsFile, type Recipient, readRecipients } from '../../sops/keys/recipients.ts'
import { ageSealCommand, planSeal, type SealPlan, sealBytesNatively, sealBytesToPassphrase } from '../../sops/keys/seal.ts'
import { openBytesWithKeyFiles } from '../keys/open-age-file.ts'
import type { SealHow } from '../keys/seal-backup.ts'

type Context = Pick<ReadContext, 'exec' | 'files'>

/** Shares are for keys: seal this to a key, and keep that one in shares. */
export type InstallationSeal = Exclude<SealHow, { how: 'shares' }>

/** What opens it: key files, or a passphrase. */
export interface Opener {
  readonly identities: readonly string[]
  /** Called where it is sealed to one. */
  readonly passphrase: () => Promise<Secret>
}

/** Of the sealed file: what readBytes takes. */
const LARGEST = 16 * 2 ** 20
const LARGEST_UNPACKED = 512 * 2 ** 20

export interface SealedInstallation {
  readonly bytes: Uint8Array
  readonly sealed: SealedBy
  /** Whether it was opened again from these very bytes, with a key that is not in it. */
  readonly reopened: boolean
}

const sum = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const differs = (): OpsError =>
  new OpsError({
    code: 'backup-differs',
    message: 'what the backup opens to is not what was put in; nothing was written',
    hints: ['try again; if it stays so, that is a bug of flux-ops'],
    exit: 'bug',
  })

function assertSame(one: Uint8Array, other: Uint8Array): void {
  if (sum(one) !== sum(other)) throw differs()
}

async function recipientsOf(ctx: Context, how: InstallationSeal & { how: 'recipients' }): Promise<Recipient[]> {
  const files = await Promise.all(how.recipientsFiles.map(async (path) => parseRecipientsFile(await ctx.files.readText(path), path)))
  return [...(await readRecipients(how.to)), ...files.flat()]
}

/** Whether one of these key files is not in the backup itself: a key that is lost with the cluster proves nothing. */
async function isElsewhere({ files }: Context, paths: readonly string[], held: readonly BundleKey[]): Promise<boolean> {
  const own = new Set(held.map(({ recipient }) => recipient))
  const texts = await Promise.all(paths.map(async (path) => ({ path, text: await files.readText(path) })))
  for (const { path, text } of texts) {
    // An SSH key is never one that Flux decrypts with.
    if (!/^AGE-/m.test(text)) return true
    if ((await parseIdentities(text, path)).some(({ recipient }) => !own.has(recipient))) return true
  }
  return false
}

async function sealedTo({ exec }: Context, bytes: Uint8Array, plan: SealPlan): Promise<Uint8Array> {
  if (plan.route === 'native') return sealBytesNatively(bytes, plan)
  return (await readAgeFile((await exec.run(ageSealCommand(bytes, plan))).stdout, 'the new backup')).bytes
}

async function toRecipients(
  ctx: Context,
  bytes: Uint8Array,
  how: InstallationSeal & { how: 'recipients' },
  held: readonly BundleKey[],
): Promise<SealedInstallation> {
  const plan = planSeal(await recipientsOf(ctx, how), held)
  const sealed = await sealedTo(ctx, bytes, plan)
  if (how.identities.length > 0)
    assertSame(bytes, await openBytesWithKeyFiles(ctx, await readAgeFile(sealed, 'the new backup'), how.identities))
  const to = plan.recipients.map(({ text: recipient, kind, name }) => ({ recipient, kind, ...(name !== undefined && { name }) }))
  const reopened = how.identities.length > 0 && (await isElsewhere(ctx, how.identities, held))
  return { bytes: sealed, sealed: { how: 'recipients', to }, reopened }
}

/** `held`: keys that are in it; sealed to those alone it is refused. Throws the OpsErrors of src/sops/keys, and `installation-too-large`. */
export async function sealInstallation(
  ctx: Context,
  content: Content,
  how: InstallationSeal,
  held: readonly BundleKey[],
): Promise<SealedInstallation> {
  const bytes = gzipSync(contentText(content))
  if (bytes.length > LARGEST - 65_536)
    throw new OpsError({
      code: 'installation-too-large',
      message: `the backup would have ${bytes.length} bytes, over the limit of ${LARGEST}: what suspended objects had applied is in it`,
      hints: ['resume what need not be suspended:  flux-ops status'],
    })
  if (how.how === 'recipients') return toRecipients(ctx, bytes, how, held)
  const sealed = await sealBytesToPassphrase(bytes, how.passphrase)
  assertSame(bytes, await openBytesWithPassphrase(await readAgeFile(sealed, 'the new backup'), how.passphrase))
  return { bytes: sealed, sealed: { how: 'passphrase' }, reopened: true }
}

async function opened(ctx: Context, age: AgeFile, { identities, passphrase }: Opener): Promise<Uint8Array> {
  if (needsPassphrase(age)) return openBytesWithPassphrase(age, await passphrase())
  if (identities.length > 0) return openBytesWithKeyFiles(ctx, age, identities)
  throw usageError(
    'identity-needed',
    `${age.where} is sealed to keys (${age.stanzas.join(', ')}), and none is given`,
    'give the key file that opens it: --identity FILE',
  )
}

function unpacked(bytes: Uint8Array, where: string): string {
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST_UNPACKED }).toString('utf8')
  } catch {
    throw usageError(
      'installation-unreadable',
      `${where} holds no backup of an installation`,
      'flux-ops backup makes one',
      'a backup of keys is opened by flux-ops age restore',
    )
  }
}

/** `sha256`: hex, of the file. Throws the OpsErrors (usage) of what it reads, each naming the file. */
export async function openInstallation(ctx: Context, path: string, opener: Opener): Promise<{ content: Content; sha256: string }> {
  const bytes = await ctx.files.readBytes(path)
  const text = unpacked(await opened(ctx, await readAgeFile(bytes, path), opener), path)
  return { content: readContent(text, path), sha256: sum(bytes) }
}
