// The runs of this machine: one folder each, below the state folder; nobody else may read them.
import { constants } from 'node:fs'
import { mkdir, open, readdir, readFile, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { FIRST_PREV } from '../engine/chain.ts'
import { isRunId } from '../engine/run-id.ts'
import { OpsError, refusal, usageError } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { Journal, RunStore, StoredRun } from '../ports/runs.ts'
import type { Redactor } from '../ports/secret.ts'
import { journalOver, journalWriteError, syncDir } from './journal-file.ts'
import { type JournalText, readJournal } from './journal-read.ts'
import { claimWriter } from './writer-guard.ts'

const JOURNAL = 'journal.jsonl'
const APPEND = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY
const LARGEST_JOURNAL = 256 * 1024 * 1024

export interface RunStoreOptions {
  /** Absolute; see runsRoot. Made on the first create. */
  readonly root: string
  readonly clock: Pick<Clock, 'now'>
  readonly redactor: Pick<Redactor, 'clean'>
  readonly pid: number
}

/** `$XDG_STATE_HOME/flux-ops/runs`; a relative XDG_STATE_HOME is ignored, as its specification demands. */
export const runsRoot = (env: Readonly<Record<string, string | undefined>>, home: string): string => {
  const state = env.XDG_STATE_HOME
  return join(state?.startsWith('/') ? state : join(home, '.local', 'state'), 'flux-ops', 'runs')
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code

const missing = (id: string): OpsError => usageError('run-missing', `there is no run ${id}`, 'flux-ops runs list')

const assertId = (id: string): void => {
  if (!isRunId(id)) throw usageError('run-missing', `"${id}" is not the id of a run`, 'flux-ops runs list')
}

/** A process that was killed between making the folder and the file. */
const NOTHING: JournalText = { lines: [], tornBytes: 0, goodBytes: 0, tip: FIRST_PREV }

const isDir = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}

const readText = async (dir: string, id: string): Promise<JournalText> => {
  const path = join(dir, JOURNAL)
  try {
    const { size } = await stat(path)
    if (size > LARGEST_JOURNAL) throw refusal('journal-broken', `${path} is ${size} bytes long; no run writes that much`)
    return readJournal(path, await readFile(path))
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && (await isDir(dir))) return NOTHING
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') throw missing(id)
    if (error instanceof OpsError) throw error
    throw new OpsError({
      code: 'journal-unreadable',
      message: `run ${id} could not be read: ${String(error)}`,
      hints: [`ls -l ${path}`],
      cause: error,
    })
  }
}

/** Anything that goes wrong on the way to a writable journal is `journal-write`. */
const asJournalWrite = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw error instanceof OpsError ? error : journalWriteError(path, error)
  }
}

const listRuns = async (root: string): Promise<string[]> => {
  try {
    return (await readdir(root)).filter(isRunId).sort()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw new OpsError({
      code: 'journal-unreadable',
      message: `the runs could not be listed: ${String(error)}`,
      hints: [`ls -l ${root}`],
      cause: error,
    })
  }
}

/** All ids are oldest first. `dir` names a folder; `create` makes it. */
export const createRunStore = ({ root, clock, redactor, pid }: RunStoreOptions): RunStore => {
  const dirOf = (id: string): string => {
    assertId(id)
    return join(root, id)
  }

  const claimed = async (id: string, dir: string, isNew: boolean): Promise<Journal> => {
    const onClose = await claimWriter(dir, id, pid)
    try {
      return await openBehindLast(id, dir, isNew, onClose)
    } catch (error) {
      await onClose().catch(() => undefined)
      throw error
    }
  }

  /** Reads only behind the claim: before it, somebody may still have been writing. */
  const openBehindLast = async (id: string, dir: string, isNew: boolean, onClose: () => Promise<void>): Promise<Journal> => {
    const path = join(dir, JOURNAL)
    const { lines, tornBytes, goodBytes, tip } = isNew ? NOTHING : await readText(dir, id)
    if (tornBytes > 0) await truncate(path, goodBytes)
    const handle = await open(path, APPEND | (isNew ? constants.O_EXCL : 0), 0o600)
    await handle.sync()
    await syncDir(dir)
    return journalOver(handle, { path, clock, redactor, onClose, from: { seq: lines.length, tip } })
  }

  const createJournal = async (id: string): Promise<Journal> => {
    const dir = dirOf(id)
    return asJournalWrite(join(dir, JOURNAL), async () => {
      await mkdir(root, { recursive: true, mode: 0o700 })
      await mkdir(dir, { mode: 0o700 })
      await syncDir(root)
      return claimed(id, dir, true)
    })
  }

  const openJournal = async (id: string): Promise<Journal> => {
    const dir = dirOf(id)
    await readText(dir, id)
    return asJournalWrite(join(dir, JOURNAL), () => claimed(id, dir, false))
  }

  const read = async (id: string): Promise<StoredRun> => {
    const dir = dirOf(id)
    const { lines, tornBytes } = await readText(dir, id)
    return { id, dir, lines, tornBytes }
  }

  return { list: () => listRuns(root), read, create: createJournal, open: openJournal, dir: dirOf }
}
