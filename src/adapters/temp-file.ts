// Temporary files beside the file that they will become: on its file system, so that a rename can put them in its place.
import { randomBytes } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { codeOf } from './file-errors.ts'

const LEFTOVER = /^\.(?<of>.+)\.(?<pid>\d+)-[0-9a-f]{8}\.tmp$/

/** A new name at each call. */
export const tempBeside = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`)

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** A process that was killed in the middle of writing `path` left its temporary file beside it; in a work tree it would be an unknown file. */
export async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path)
  for (const name of await readdir(folder).catch(() => [])) {
    const { of, pid } = LEFTOVER.exec(name)?.groups ?? {}
    if (of === basename(path) && !isAlive(Number(pid))) await rm(join(folder, name), { force: true })
  }
}
