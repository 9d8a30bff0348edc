// The backup that a run makes of keys before anything is sealed to them: named after the run, so that it is found again after a kill.
import { OpsError } from '../../errors.ts'
import type { Context, ReadContext } from '../../ports/context.ts'
import type { KeyBundle } from '../../sops/keys/bundle.ts'
import { assertFile, type Manifest, readManifest } from '../../sops/keys/manifest.ts'
import type { SealHow } from './seal-backup.ts'
import { sealBackup } from './seal-backup.ts'
import { manifestOf, writeBackup } from './write-backup.ts'

export interface RunBackup {
  readonly runId: string
  readonly context: string
  /** Absolute folder. */
  readonly out: string
  /** How many shares there are; undefined where it is one file. */
  readonly shares: number | undefined
  /** A page to print beside each part. */
  readonly sheet: boolean
}

/** What the files of the backup are called, without their endings. */
export function backupBase({ context, runId }: Pick<RunBackup, 'context' | 'runId'>): string {
  const plain = context.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+/, '')
  return `${plain.slice(0, 60) || 'keys'}-${runId}`
}

export const manifestPath = (backup: RunBackup): string => `${backup.out}/${backupBase(backup)}.manifest.json`

const notWhole = (path: string, why: string): OpsError =>
  new OpsError({
    code: 'backup-missing',
    message: `the backup of this run is not whole: ${path}: ${why}`,
    hints: ['put it back where it was written (is the disk there?)', 'then:  flux-ops runs resume'],
  })

/** The manifest of a backup every file of which is as it was written. Throws OpsError `backup-missing`. */
export async function wholeBackup(ctx: Pick<ReadContext, 'files'>, backup: RunBackup): Promise<Manifest> {
  const path = manifestPath(backup)
  try {
    const manifest = readManifest(await ctx.files.readText(path), path)
    for (const { name } of manifest.files) assertFile(manifest, name, await ctx.files.readBytes(`${backup.out}/${name}`))
    return manifest
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    throw notWhole(path, error.message)
  }
}

/** Whether it is there, whole, and has that key. */
export async function isBackedUp(ctx: Pick<ReadContext, 'files'>, backup: RunBackup, recipient: string | undefined): Promise<boolean> {
  if (recipient === undefined || !(await ctx.files.exists(manifestPath(backup)))) return false
  // A kill in the middle of it leaves an empty manifest: then it is made once more.
  const whole = await wholeBackup(ctx, backup).catch((error: unknown) => {
    if (!(error instanceof OpsError)) throw error
    return undefined
  })
  return whole?.keys.some((key) => key.recipient === recipient) === true
}

/** Paths of the files of a backup that is whole. Throws OpsError `backup-missing`. */
export async function backupFiles(ctx: Pick<ReadContext, 'files'>, backup: RunBackup): Promise<string[]> {
  const { files } = await wholeBackup(ctx, backup)
  return [...files.map(({ name }) => `${backup.out}/${name}`), manifestPath(backup)]
}

/** Names of everything that the backup may have, without its folder. */
function partsOf(backup: RunBackup): string[] {
  const base = backupBase(backup)
  const manifest = `${base}.manifest.json`
  if (backup.shares === undefined) return [`${base}.age`, `${base}.html`, manifest]
  const shares = Array.from({ length: backup.shares }, (_, index) => `${base}-share-${index + 1}`)
  return [...shares.flatMap((name) => [`${name}.txt`, `${name}.html`]), manifest]
}

/** What was written before a kill and is no whole backup: it is this run's own. */
async function clearParts(ctx: Pick<Context, 'files'>, backup: RunBackup): Promise<void> {
  for (const name of partsOf(backup)) {
    const path = `${backup.out}/${name}`
    if (await ctx.files.exists(path)) await ctx.files.remove(path)
  }
}

/** Seals, writes, reads back. `reopened`: whether it was opened again. `tool`: version that writes it. Throws those of sealBackup and writeBackup. */
export async function makeRunBackup(
  ctx: Context,
  backup: RunBackup,
  { bundle, how, tool }: { readonly bundle: KeyBundle; readonly how: SealHow; readonly tool: string },
): Promise<{ files: string[]; reopened: boolean }> {
  await clearParts(ctx, backup)
  const sealed = await sealBackup(ctx, bundle, how)
  const base = backupBase(backup)
  const manifest = manifestOf(bundle, sealed, null, { base, version: tool })
  const files = await writeBackup(ctx, { folder: backup.out, base, sealed, manifest, sheet: backup.sheet }, ctx.signal)
  return { files, reopened: sealed.reopened }
}
