// One `up` or `down` of a name at a time. The lock file names its holder by pid and start time, so a holder that was killed holds nothing.
import { link, mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { refusal } from '../errors.ts'
import { readIfExists, writeFileAtomic } from './atomic-file.ts'
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts'

const holderSchema = z.object({ pid: z.number(), startTime: z.string(), token: z.string() })

/** Waits up to `waitMs` for the holder to finish. Throws OpsError `sandbox-locked` (refused) after that. */
export async function withLock<T>(path: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  const token = `${process.pid}-${Math.random().toString(36).slice(2)}`
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const deadline = Date.now() + waitMs
  while (!(await tryTake(path, token))) {
    const holder = await readHolder(path)
    if (holder !== undefined && Date.now() > deadline) {
      throw refusal('sandbox-locked', `process ${holder.pid} is working on this sandbox`, 'wait for it to end, or end it and try again')
    }
    await sleep(50)
  }
  try {
    return await work()
  } finally {
    if ((await readHolder(path))?.token === token) await rm(path, { force: true })
  }
}

async function tryTake(path: string, token: string): Promise<boolean> {
  const mine = `${path}.${token}`
  await writeFileAtomic(mine, JSON.stringify({ ...identify(process.pid), token }))
  try {
    await link(mine, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    await dropStale(path, token)
    return false
  } finally {
    await rm(mine, { force: true })
  }
}

async function readHolder(path: string): Promise<(ProcessIdentity & { token: string }) | undefined> {
  const text = await readIfExists(path)
  if (text === undefined) return undefined
  try {
    return holderSchema.parse(JSON.parse(text))
  } catch {
    return { pid: 0, startTime: '', token: '' }
  }
}

async function dropStale(path: string, token: string): Promise<void> {
  const holder = await readHolder(path)
  if (holder === undefined || isAlive(holder)) return
  const aside = `${path}.stale.${token}`
  try {
    await rename(path, aside)
  } catch {
    return // somebody else was faster
  }
  // Between the look and the rename the lock may have changed hands: then it goes back, unless a third one has it by now.
  const moved = await readHolder(aside)
  if (moved !== undefined && isAlive(moved)) await link(aside, path).catch(() => {})
  await rm(aside, { force: true })
}
