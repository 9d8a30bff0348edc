// A backup of keys, opened: one sealed file, or as many shares as are needed. What it holds stays in memory.
import { basename, dirname, join } from 'node:path'
import { OpsError, usageError } from '../../errors.ts'
import type { ReadContext } from '../../ports/context.ts'
import { Secret } from '../../ports/secret.ts'
import { readAgeFile } from '../../sops/keys/age-file.ts'
import type { KeyBundle } from '../../sops/keys/bundle.ts'
import type { Identity } from '../../sops/keys/identities.ts'
import { assertFile, type Manifest, readManifest } from '../../sops/keys/manifest.ts'
import { needsPassphrase, openWithPassphrase } from '../../sops/keys/open.ts'
import { readBundle } from '../../sops/keys/read-bundle.ts'
import { readSheet, type SheetContent } from '../../sops/keys/read-sheet.ts'
import { verifyShare } from '../../sops/keys/share-text.ts'
import { combineShares } from '../../sops/keys/shares.ts'
import { openWithKeyFiles } from './open-age-file.ts'

export interface BackupRequest {
  /** A sealed file, or share files. */
  readonly files: readonly string[]
  /** Key files that open it: identities of age, SSH private keys. */
  readonly identities: readonly string[]
  /** Called when it is sealed to a passphrase. */
  readonly passphrase: () => Promise<Secret>
}

export interface OpenedBackup {
  readonly bundle: KeyBundle
  /** File names, without their folders. */
  readonly names: readonly string[]
  /** undefined where none lies beside it. */
  readonly manifest: Manifest | undefined
  /** It was opened with nothing but keys that are in it: nothing says that it opens when those are lost. */
  readonly byItself: boolean
  /** What the lines of a share for a person say wrongly; what it holds is whole. */
  readonly doubts: readonly string[]
}

type Context = Pick<ReadContext, 'exec' | 'files'>

interface GivenFile {
  readonly path: string
  /** Latin-1 of an age file that is not armored. */
  readonly text: string
  readonly bytes: Uint8Array
}

const BINARY = 'age-encryption.org/'

async function readGiven({ files }: Context, path: string): Promise<GivenFile> {
  const bytes = await files.readBytes(path)
  const binary = Buffer.from(bytes.subarray(0, BINARY.length)).toString('latin1') === BINARY
  return { path, bytes, text: binary ? Buffer.from(bytes).toString('latin1') : await files.readText(path) }
}

const MANIFEST_ENDING = '.manifest.json'

/** The manifest that names this file, of those that lie beside it. */
async function manifestOf({ files }: Context, { path, bytes }: GivenFile): Promise<Manifest | undefined> {
  // A sheet carries its manifest in itself.
  const [, base] = /^(.+?)(?:\.age|-share-\d+\.txt)$/.exec(basename(path)) ?? []
  if (base === undefined) return undefined
  const beside = join(dirname(path), `${base}${MANIFEST_ENDING}`)
  if (!(await files.exists(beside))) return undefined
  const manifest = readManifest(await files.readText(beside), beside)
  assertFile(manifest, basename(path), bytes)
  return manifest
}

function assertKeys(manifest: Manifest, bundle: KeyBundle, names: readonly string[]): void {
  const of = (recipients: readonly (string | undefined)[]): string => [...new Set(recipients.map((one) => one ?? ''))].sort().join(' ')
  const held = of(bundle.sets.flatMap(({ identities }) => identities.map(({ recipient }) => recipient)))
  if (held === of(manifest.keys.map(({ recipient }) => recipient))) return
  throw usageError(
    'backup-differs',
    `${names.join(', ')} holds other keys than its manifest names`,
    'is it the manifest of this backup? Without one beside it the backup opens as well',
  )
}

const CLEAR_KEY = /^AGE-SECRET-KEY-/m

function assertSealed({ path, text }: GivenFile): void {
  if (CLEAR_KEY.test(text))
    throw usageError(
      'backup-not-sealed',
      `${path} is a key file in the clear, not a backup`,
      'flux-ops age backup --key-file FILE seals it',
      'then delete the clear one where it does not have to be',
    )
}

/** A file, a sheet, or what was copied from one. */
const contentOf = ({ path, text }: GivenFile): SheetContent & { readonly path: string } =>
  text.startsWith(BINARY) ? { path, kind: 'sealed', text } : { path, ...readSheet(new Secret(text), path) }

interface Opened {
  readonly text: Secret
  readonly opensWithout: (held: readonly Identity[]) => Promise<boolean>
}

async function openSealedFile(
  ctx: Context,
  file: { readonly path: string; readonly text: string },
  request: BackupRequest,
): Promise<Opened> {
  const age = await readAgeFile(file.text, file.path)
  if (needsPassphrase(age)) return { text: await openWithPassphrase(age, await request.passphrase()), opensWithout: async () => true }
  if (request.identities.length === 0)
    throw usageError(
      'identity-needed',
      `${file.path} is sealed to keys (${age.stanzas.join(', ')}), and none is given`,
      'give the key file that opens it: --identity FILE',
    )
  return openWithKeyFiles(ctx, age, request.identities)
}

async function open(ctx: Context, request: BackupRequest): Promise<OpenedBackup> {
  const files = await Promise.all(request.files.map((path) => readGiven(ctx, path)))
  if (files.length === 0) throw usageError('backup-missing', 'no backup is named', 'name the sealed file, or the files of enough shares')
  for (const file of files) assertSealed(file)
  const manifests = await Promise.all(files.map((file) => manifestOf(ctx, file)))
  const contents = files.map(contentOf)
  const shares = contents.flatMap((one) => (one.kind === 'share' ? [verifyShare(one.text, one.path)] : []))
  const [sealed] = contents.flatMap((one) => (one.kind === 'sealed' ? [one] : []))
  if (sealed !== undefined && files.length > 1)
    throw usageError('backup-several', `${sealed.path} is sealed as one file`, 'name it alone; several files are only for shares')
  const { text, opensWithout } =
    sealed === undefined
      ? { text: await combineShares(shares), opensWithout: async () => true }
      : await openSealedFile(ctx, sealed, request)
  const names = files.map(({ path }) => basename(path))
  const bundle = await readBundle(text, names.join(', '))
  const manifest = manifests.find((one) => one !== undefined)
  if (manifest !== undefined) assertKeys(manifest, bundle, names)
  const held = bundle.sets.flatMap(({ identities }) => identities)
  const doubts = shares.flatMap((share) =>
    share.doubts.map((doubt) => `${share.where} says otherwise, and the share itself is whole: ${doubt}`),
  )
  return { bundle, names, manifest, byItself: !(await opensWithout(held)), doubts }
}

/** Throws the OpsErrors of what it reads, each naming its file, and `backup-differs` when the keys are not those that the manifest names. */
export async function openBackup(ctx: Context, request: BackupRequest): Promise<OpenedBackup> {
  try {
    return await open(ctx, request)
  } catch (error) {
    // Wrong input: nothing was changed, and there is nothing to resume.
    if (!(error instanceof OpsError) || error.exit !== 'failed') throw error
    const { code, message, hints } = error
    throw new OpsError({ code, message, hints, exit: 'usage', cause: error })
  }
}
