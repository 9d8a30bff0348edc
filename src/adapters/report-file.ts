// A file that is made for people to look at, written over an older one of its name. What is no ordinary file is left alone.
import { lstat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf, fileError, guarded } from './file-errors.ts'
import { localFiles } from './files.ts'

const infoOf = (path: string) =>
  lstat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })

/**
 * Asked before the work that the file is made of. Paths are absolute. Throws OpsError `file-not-plain` for a folder, a link, a device and the like,
 * `file-missing` where its folder is not there.
 */
export async function assertReportFile(path: string): Promise<void> {
  const info = await guarded(path, () => infoOf(path))
  if (info !== undefined && !info.isFile())
    throw fileError('file-not-plain', `${path} is there, and is no ordinary file: it is left alone`, `look: ls -la ${path}`)
  if (info === undefined) await guarded(dirname(path), () => lstat(dirname(path)))
}

/** Whole or not at all; readable by its owner alone where it is new, else with the mode that it has. A link that was put there meanwhile is replaced, not followed. */
export async function writeReportFile(path: string, text: string): Promise<void> {
  await assertReportFile(path)
  const info = await guarded(path, () => infoOf(path))
  await localFiles.writeText(path, text, info === undefined ? {} : { mode: info.mode & 0o777 })
}
