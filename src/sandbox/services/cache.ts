// Things that take seconds to make and are the same for every sandbox are kept under the user's cache, named by the hash of what they are made of.
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

export function cacheRoot(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment.XDG_CACHE_HOME
  return join(base?.startsWith('/') ? base : join(homedir(), '.cache'), 'flux-ops')
}

/** 24 hex digits that change when a name or the content of one of the files below `folders`, or one of `words`, changes. */
export async function contentKey(words: readonly string[], folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const word of words) hash.update(`${word}\0`)
  for (const folder of folders) {
    for (const name of (await readdir(folder)).sort()) {
      const bytes = await readFile(join(folder, name))
      hash.update(`${name}\0${bytes.length}\0`).update(bytes)
    }
  }
  return hash.digest('hex').slice(0, 24)
}

export const isFolder = async (path: string): Promise<boolean> =>
  await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

/**
 * Returns `place`, filled by `fill(part)` when it is not there yet. It appears by a rename, so it is whole or absent; of two that fill it at once the
 * later one is thrown away.
 */
export async function filledFolder(place: string, fill: (part: string) => Promise<void>): Promise<string> {
  if (await isFolder(place)) return place
  const part = `${place}.${randomBytes(6).toString('hex')}.part`
  await mkdir(dirname(place), { recursive: true })
  try {
    await fill(part)
    await rename(part, place).catch(async (error: NodeJS.ErrnoException) => {
      if (!(await isFolder(place))) throw error
    })
  } finally {
    await rm(part, { recursive: true, force: true })
  }
  return place
}
