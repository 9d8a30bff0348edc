// Temporary files beside the file that they will become: on its file system, so that a rename can put them in its place.
import { randomBytes } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { codeOf } from './file-errors.ts'

const LEFTOVER = /^\.(?<of>.+)\.(?<pid>\d+)-[0-9a-f]{8}\.tmp$/

/** Names that this process has given. */
const ours = new Set<string>()

/** A new name at each call. */
export function tempBeside(path: string): string {
  const name = `.${basename(path)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`
  ours.add(name)
  return join(dirname(path), name)
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** In a container every run may have the same process id: under ours, what is not of our making is left over too. */
const isInUse = (name: string, pid: number): boolean => (pid === process.pid ? ours.has(name) : isAlive(pid))

/** A process that was killed in the middle of writing `path` left its temporary file beside it; in a work tree it would be an unknown file. */
export async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path)
  const begin = `.${basename(path)}.`
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(begin)) continue
    const { of, pid } = LEFTOVER.exec(name)?.groups ?? {}
    if (of === basename(path) && !isInUse(name, Number(pid))) await rm(join(folder, name), { force: true })
  }
}
