// The files of a backup: parts, sheets, and the manifest last, so that a backup that was cut short has none. Each is read back.

import { OpsError, refusal } from '../../errors.ts'
import type { Context } from '../../ports/context.ts'
import { bundleKeys, type KeyBundle } from '../../sops/keys/bundle.ts'
import { fileRecord, type Manifest, manifestKeys, manifestText, readManifest } from '../../sops/keys/manifest.ts'
import { sheetPage } from '../../sops/keys/sheet.ts'
import type { Proof } from './prove.ts'
import type { SealedBackup } from './seal-backup.ts'

export interface BackupFiles {
  readonly folder: string
  readonly base: string
  readonly sealed: SealedBackup
  readonly manifest: Manifest
  readonly sheet: boolean
}

interface File {
  readonly path: string
  readonly text: string
}

export function manifestOf(
  bundle: KeyBundle,
  sealed: SealedBackup,
  proof: Proof | null,
  { base, version }: { readonly base: string; readonly version: string },
): Manifest {
  const text = manifestText({
    created: bundle.taken ?? '',
    fluxOps: version,
    ...(bundle.cluster !== undefined && { cluster: bundle.cluster }),
    keys: manifestKeys(bundleKeys(bundle)),
    sealed: sealed.sealed,
    files: sealed.parts.map(({ ending, text: part }) => fileRecord(`${base}${ending}`, part.reveal())),
    ...(proof !== null && { proof: { opened: proof.opened, files: proof.files, commit: proof.commit, at: bundle.taken ?? '' } }),
  })
  return readManifest(text, 'the new manifest')
}

type Files = Pick<Context, 'files'>

async function assertFree(ctx: Files, files: readonly File[]): Promise<void> {
  const whole = await ctx.files.exists(files.at(-1)?.path ?? '')
  for (const { path } of files) {
    if (await ctx.files.exists(path))
      throw refusal(
        'backup-exists',
        `${path} is there already, and a backup is never overwritten`,
        'name another folder by --out, or another name by --name',
        ...(whole ? [] : ['no manifest lies beside it: the run that wrote it was cut short; what it left may be the key, delete it']),
      )
  }
}

async function writeAndRead(ctx: Files, { path, text }: File): Promise<void> {
  await ctx.files.createText(path, text)
  if ((await ctx.files.readText(path)) === text) return
  throw new OpsError({
    code: 'backup-differs',
    message: `${path} does not read back as it was written`,
    hints: ['look at the disk: dmesg', 'write it to another one: --out DIR'],
  })
}

const sheetName = (base: string, ending: string): string => `${base}${ending.replace(/\.[a-z]+$/, '')}.html`

async function sheetsOf({ base, folder, sealed, manifest, sheet }: BackupFiles): Promise<File[]> {
  if (!sheet) return []
  const pages = sealed.parts.map(async ({ ending, text }): Promise<File> => {
    const content = sealed.sealed.how === 'shares' ? { kind: 'share' as const, text } : { kind: 'sealed' as const, text: text.reveal() }
    return { path: `${folder}/${sheetName(base, ending)}`, text: (await sheetPage({ manifest, content })).reveal() }
  })
  return await Promise.all(pages)
}

/** All of them or none: some shares of a set may be enough to be the key, and nobody would know of them. */
async function writeAll(ctx: Files, files: readonly File[], signal: AbortSignal): Promise<void> {
  const written: string[] = []
  try {
    for (const file of files) {
      signal.throwIfAborted()
      written.push(file.path)
      await writeAndRead(ctx, file)
    }
  } catch (error) {
    const ours = error instanceof OpsError && error.code === 'file-exists' ? written.slice(0, -1) : written
    await Promise.all(ours.map((path) => ctx.files.remove(path).catch(() => undefined)))
    throw error
  }
}

/**
 * Absolute paths of what was written, the parts first. Throws OpsError `backup-exists` before anything is, and `disk-full` of the adapter; nothing is
 * left then.
 */
export async function writeBackup(ctx: Files, files: BackupFiles, signal: AbortSignal): Promise<string[]> {
  const { folder, base, sealed, manifest } = files
  const parts = sealed.parts.map(({ ending, text }): File => ({ path: `${folder}/${base}${ending}`, text: text.reveal() }))
  const { format: _format, ...rest } = manifest
  const last: File = { path: `${folder}/${base}.manifest.json`, text: manifestText(rest) }
  const all = [...parts, ...(await sheetsOf(files)), last]
  await assertFree(ctx, all)
  await ctx.files.makeDir(folder)
  await writeAll(ctx, all, signal)
  return all.map(({ path }) => path)
}
