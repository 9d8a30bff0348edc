// One builder at a time, across processes. The lock file names its holder by pid and start time, so that a dead holder's lock is taken over.
import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { messageOf, OpsError } from '../../errors.ts'
import { identify, isAlive } from '../process-identity.ts'

const Holder = z.object({ pid: z.number().int().positive(), startTime: z.string() })
type Holder = z.infer<typeof Holder>

const POLL_MS = 200
const TELL_MS = 10_000

export interface BuildLock {
  release(): Promise<void>
}

const isCode = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException | null)?.code === code

const ignoreMissing = (error: unknown): undefined => {
  if (isCode(error, 'ENOENT')) return undefined
  throw error
}

const readHolder = async (path: string): Promise<{ text: string; holder: Holder | undefined } | undefined> => {
  const text = await readFile(path, 'utf8').catch(ignoreMissing)
  if (text === undefined) return undefined
  try {
    return { text, holder: Holder.parse(JSON.parse(text)) }
  } catch {
    return { text, holder: undefined }
  }
}

/** link(2) gives the file its name only when no other has it, with its content already there. */
const tryTake = async (path: string, content: string): Promise<boolean> => {
  const own = `${path}.${randomUUID()}`
  await writeFile(own, content, { mode: 0o600 })
  try {
    await link(own, path)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  } finally {
    await rm(own, { force: true })
  }
}

/** Moves a dead holder's lock away; when it was not the one we looked at, puts it back. */
const removeStale = async (path: string, seen: string): Promise<void> => {
  const aside = `${path}.${randomUUID()}`
  const moved = await rename(path, aside).then(() => true, ignoreMissing)
  if (!moved) return
  if ((await readFile(aside, 'utf8')) !== seen) await link(aside, path).catch(() => undefined)
  await rm(aside, { force: true })
}

/**
 * Waits until this process holds the lock at `path`.
 * @param onWait called at once and then every ten seconds, with the holder's pid and the seconds waited
 */
export const takeLock = async (path: string, onWait: (pid: number, seconds: number) => void, signal?: AbortSignal): Promise<BuildLock> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const content = JSON.stringify({ ...identify(process.pid), token: randomUUID() })
  const began = performance.now()
  let told = Number.NEGATIVE_INFINITY
  for (;;) {
    signal?.throwIfAborted()
    const taken = await tryTake(path, content).catch((error: unknown) => {
      throw new OpsError({
        code: 'toolchain-lock',
        message: `the toolchain folder cannot be locked: ${messageOf(error)}`,
        hints: [`make ${dirname(path)} writable, or set XDG_CACHE_HOME to a folder that is`],
        cause: error,
      })
    })
    if (taken) return { release: () => releaseLock(path, content) }
    const seen = await readHolder(path)
    if (seen === undefined) continue
    if (seen.holder !== undefined && isAlive(seen.holder)) {
      if (performance.now() - told >= TELL_MS) {
        told = performance.now()
        onWait(seen.holder.pid, (told - began) / 1000)
      }
      await sleep(POLL_MS, undefined, signal ? { signal } : {})
    } else await removeStale(path, seen.text)
  }
}

const releaseLock = async (path: string, content: string): Promise<void> => {
  const seen = await readHolder(path)
  if (seen?.text === content) await rm(path, { force: true })
}
