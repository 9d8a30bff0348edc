// The one place where a sealed file is replaced. The file itself is never opened for writing: it is whole, the old one or the new one, at every moment.
import { createHash } from 'node:crypto'
import { type BigIntStats, constants } from 'node:fs'
import type * as fs from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { messageOf, OpsError } from '../errors.ts'
import type { Files } from '../ports/files.ts'
import { quoteWord } from './exec-tools.ts'
import { MAX_FILE_BYTES, READ_AT_ONCE, readWhole } from './file-bytes.ts'
import { codeOf, guarded, isNoRoom, writeFailure } from './file-errors.ts'
import { removeLeftovers, tempBeside } from './temp-file.ts'

/** What of `node:fs/promises` is used: tests hand in one that fails, or ends the process, at a known call. */
export type Disk = Pick<typeof fs, 'lstat' | 'open' | 'realpath' | 'rename' | 'rm'>

interface Look {
  readonly bytes: Buffer
  readonly info: BigIntStats
}

const PRIVATE_FILE = 0o600
const OWNER_WRITES = 0o200n
const MODE = 0o7777n
/** What tells that a file is another one, or was touched. */
const SAME = ['dev', 'ino', 'size', 'mtimeNs', 'mode', 'uid', 'gid', 'nlink'] as const

const failure = (code: string, message: string, hints: readonly string[], cause?: unknown): OpsError =>
  new OpsError({ code, message, hints, ...(cause !== undefined && { cause }) })

const changed = (path: string, how: string): OpsError =>
  failure('file-changed', `${path} ${how}; it was left as it is`, [
    `see what changed:  git -C ${quoteWord(dirname(path))} diff -- ${quoteWord(basename(path))}`,
    'when it is right as it is, run this again: the new text is then made from it',
  ])

function bytesOf(path: string, text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length === 0 || bytes.toString('utf8') !== text) throw new Error(`what was made for ${path} is no text`)
  if (bytes.length > MAX_FILE_BYTES)
    throw failure('file-too-large', `${path} would have ${bytes.length} bytes, over the limit of ${MAX_FILE_BYTES}`, ['split it'])
  return bytes
}

async function look(disk: Disk, path: string): Promise<Look> {
  const handle = await disk.open(path, READ_AT_ONCE | constants.O_NOFOLLOW)
  try {
    const bytes = await readWhole(path, handle)
    // By name, and last: a file that was put in its place meanwhile is seen too.
    return { bytes, info: await disk.lstat(path, { bigint: true }) }
  } finally {
    await handle.close()
  }
}

function assertSwappable(path: string, { bytes, info }: Look, was: string): void {
  const [word, own] = [quoteWord(path), quoteWord(`${path}.own`)]
  if (createHash('sha256').update(bytes).digest('hex') !== was)
    throw changed(path, 'does not hold what its new text was made from: somebody changed it')
  if (info.nlink > 1n)
    throw failure('file-linked', `${path} has ${info.nlink} names (hard links), and a new file would have only this one`, [
      `find the others:  find / -xdev -inum ${info.ino}`,
      `make it a file of its own:  cp -p ${word} ${own} && mv ${own} ${word}`,
    ])
  if ((info.mode & OWNER_WRITES) === 0n)
    throw failure('file-read-only', `${path} is read-only: its owner has taken the right to write from it`, [
      `when that is not meant for this:  chmod u+w ${word}`,
    ])
}

async function assertUntouched(disk: Disk, path: string, before: Look): Promise<void> {
  const now = await guarded(path, () => look(disk, path)).catch((error: unknown) => {
    throw error instanceof OpsError && error.code === 'file-missing' ? changed(path, 'was removed meanwhile') : error
  })
  if (SAME.some((field) => now.info[field] !== before.info[field]) || !now.bytes.equals(before.bytes))
    throw changed(path, 'was changed by somebody while its new text was written')
}

const notKept = (path: string, { uid, gid, mode }: BigIntStats, cause?: unknown): OpsError => {
  const why = cause === undefined ? '' : `: ${messageOf(cause)}`
  const whose = `${path} belongs to user ${uid} and group ${gid} with mode 0${(mode & MODE).toString(8)}`
  return failure(
    'file-owner',
    `${whose}, and a new file cannot be given the same${why}`,
    ['run this as its owner', `look:  ls -ln ${quoteWord(path)}`],
    cause,
  )
}

async function fill(handle: fs.FileHandle, path: string, { info }: Look, bytes: Buffer): Promise<void> {
  const kept = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => {
      throw isNoRoom(error) ? error : notKept(path, info, error)
    })
  const ours = await handle.stat({ bigint: true })
  if (ours.uid !== info.uid || ours.gid !== info.gid) await kept(handle.chown(Number(info.uid), Number(info.gid)))
  await handle.writeFile(bytes)
  // Only now: a write takes setuid and setgid away.
  await kept(handle.chmod(Number(info.mode & MODE)))
  await handle.sync()
  const now = await handle.stat({ bigint: true })
  // A kernel may drop setgid without a word.
  if (now.mode !== info.mode || now.uid !== info.uid || now.gid !== info.gid) throw notKept(path, info)
}

async function assertReadsBack(disk: Disk, temp: string, path: string, bytes: Buffer): Promise<void> {
  const handle = await disk.open(temp, 'r')
  try {
    if ((await handle.readFile()).equals(bytes)) return
  } finally {
    await handle.close()
  }
  throw failure('file-differs', `what was written for ${path} does not read back as it was written`, ['look at the disk:  dmesg'])
}

async function replace(disk: Disk, path: string, before: Look, bytes: Buffer): Promise<void> {
  const temp = tempBeside(path)
  const handle = await disk.open(temp, 'wx', PRIVATE_FILE)
  try {
    try {
      await fill(handle, path, before, bytes)
    } finally {
      await handle.close()
    }
    await assertReadsBack(disk, temp, path, bytes)
    await assertUntouched(disk, path, before)
    await disk.rename(temp, path)
  } catch (error) {
    await disk.rm(temp, { force: true }).catch(() => undefined)
    throw error
  }
}

/** Some network file systems sync no folders at all. */
const syncFolder = (folder: fs.FileHandle): Promise<void> =>
  folder.sync().catch((error: unknown) => {
    if (codeOf(error) !== 'EINVAL') throw error
  })

const unsynced = (path: string, error: unknown): OpsError =>
  failure(
    'file-unsynced',
    `${path} holds its new text, and the disk did not confirm it: ${messageOf(error)}`,
    ['look at the disk:  dmesg', 'then run this again: it asks the disk once more'],
    error,
  )

async function confirm(disk: Disk, path: string, folder: fs.FileHandle): Promise<void> {
  const handle = await disk.open(path, 'r')
  try {
    await handle.sync()
    await syncFolder(folder)
  } finally {
    await handle.close()
  }
}

async function swapIn(disk: Disk, path: string, folder: fs.FileHandle, was: string, bytes: Buffer): Promise<'swapped' | 'there'> {
  const before = await guarded(path, () => look(disk, path))
  const there = before.bytes.equals(bytes)
  if (!there) {
    assertSwappable(path, before, was)
    await replace(disk, path, before, bytes).catch((error: unknown) => {
      throw error instanceof OpsError ? error : writeFailure(path, error)
    })
  }
  // Of a file that is there already: the process that put it there may have been killed before it asked the disk.
  await (there ? confirm(disk, path, folder) : syncFolder(folder)).catch((error: unknown) => {
    throw unsynced(path, error)
  })
  return there ? 'there' : 'swapped'
}

export const swapTextOn =
  (disk: Disk): Files['swapText'] =>
  async (path, was, text) => {
    const bytes = bytesOf(path, text)
    const real = await guarded(path, () => disk.realpath(path))
    const unwritable = (error: unknown): never => {
      throw writeFailure(real, error)
    }
    await removeLeftovers(real).catch(unwritable)
    // Before anything is written: a folder that cannot be synced afterwards is no place for this.
    const folder = await disk.open(dirname(real), 'r').catch(unwritable)
    try {
      return await swapIn(disk, real, folder, was, bytes)
    } finally {
      await folder.close().catch(() => undefined)
    }
  }
