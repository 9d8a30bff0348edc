// One writer a journal. Claims are files writer.1, writer.2, …: the highest counts, each is made by a link, so that it appears
// whole or not at all and only one process can make it; a claim whose process is gone, or that is marked as given back, can be followed.
import { constants } from 'node:fs'
import { copyFile, link, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { refusal } from '../errors.ts'
import { markOf, type ProcessMark, whereabouts } from './processes.ts'

const CLAIM = /^writer\.([1-9]\d{0,8})$/
const claimSchema = z.object({ host: z.string(), pid: z.number().int(), started: z.string() })

const highestClaim = async (dir: string): Promise<number> => {
  const numbers = (await readdir(dir)).flatMap((name) => CLAIM.exec(name)?.[1] ?? []).map(Number)
  return Math.max(0, ...numbers)
}

/** undefined: given back, or not readable as a claim. */
const readClaim = async (path: string): Promise<ProcessMark | undefined> => {
  try {
    return claimSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return undefined
  }
}

/** Another host's process cannot be asked; the lease in the cluster keeps hosts apart. */
const assertFree = async (claim: ProcessMark | undefined, run: string): Promise<void> => {
  if (!claim || (await whereabouts(claim)) !== 'alive') return
  const message = `run ${run} is being driven by process ${claim.pid} on this machine`
  throw refusal('run-busy', message, `wait for it, or end it: kill ${claim.pid}`, `look at it: flux-ops runs show ${run}`)
}

/** For file systems without hard links. A reader may see the claim half written, which counts as given back for that moment. */
const copyNew = async (from: string, to: string): Promise<boolean> => {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

const tryLink = async (from: string, to: string): Promise<boolean> => {
  try {
    await link(from, to)
    return true
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EEXIST') return false
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'EMLINK') return copyNew(from, to)
    throw error
  } finally {
    await rm(from, { force: true })
  }
}

/** Claims `dir` for process `pid`; resolves to the function that gives it back. Throws `run-busy` (refused). */
export const claimWriter = async (dir: string, run: string, pid: number): Promise<() => Promise<void>> => {
  const mark = await markOf(pid)
  for (;;) {
    const highest = await highestClaim(dir)
    if (highest > 0) await assertFree(await readClaim(join(dir, `writer.${highest}`)), run)
    const mine = join(dir, `writer.${highest + 1}`)
    const draft = join(dir, `writer-${pid}-${highest}.tmp`)
    await writeFile(draft, JSON.stringify(mark), { mode: 0o600 })
    if (!(await tryLink(draft, mine))) continue
    if (highest > 0) await rm(join(dir, `writer.${highest}`), { force: true })
    // Emptied, not removed: a number that was used is never used again, so a slow process cannot follow an old claim.
    return () => writeFile(mine, '')
  }
}
