// The file system as the runbooks see it: absolute paths, bounded reads, atomic writes, no way out of a root.
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { messageOf, OpsError } from '../errors.ts'
import type { FileReader, Files } from '../ports/files.ts'

/** Largest file that is read whole, in bytes. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024
const PRIVATE_FILE = 0o600
const PRIVATE_DIR = 0o700

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException)?.code ?? ''

const fileError = (code: string, message: string, hint: string, cause?: unknown): OpsError =>
  new OpsError({ code, message, hints: [hint], exit: 'usage', ...(cause === undefined ? {} : { cause }) })

const readFailure = (path: string, error: unknown): OpsError => {
  if (error instanceof OpsError) return error
  const code = codeOf(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') return fileError('file-missing', `${path} does not exist`, `look: ls -la ${dirname(path)}`)
  if (code === 'EISDIR') return fileError('file-unreadable', `${path} is a folder, a file was expected`, 'name a file', error)
  return fileError('file-unreadable', `${path} cannot be read: ${messageOf(error)}`, `look at its owner and mode: ls -la ${path}`, error)
}

const writeFailure = (path: string, error: unknown): OpsError => {
  const code = codeOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new OpsError({
      code: 'disk-full',
      message: `no room left to write ${path}`,
      hints: [`make room: df -h ${dirname(path)}`],
      cause: error,
    })
  const hints = [`look at owner and mode: ls -la ${dirname(path)}`]
  return new OpsError({ code: 'file-unwritable', message: `${path} cannot be written: ${messageOf(error)}`, hints, cause: error })
}

/** At most `MAX_FILE_BYTES`; a device or a pipe is refused, as it may never end. */
async function readBounded(path: string): Promise<Buffer> {
  const handle = await open(path, 'r')
  try {
    const info = await handle.stat()
    if (info.isDirectory()) throw fileError('file-unreadable', `${path} is a folder, a file was expected`, 'name a file')
    if (!info.isFile()) throw fileError('file-unreadable', `${path} is not a regular file`, 'save it to a file first')
    if (info.size > MAX_FILE_BYTES)
      throw fileError('file-too-large', `${path} has ${info.size} bytes, over the limit of ${MAX_FILE_BYTES}`, 'is it the right file?')
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

function decodeText(path: string, bytes: Buffer): string {
  const binary = () => fileError('file-binary', `${path} is not text: it holds bytes that are not UTF-8`, 'is it the right file?')
  if (bytes.includes(0)) throw binary()
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw binary()
  }
}

async function walkInto(root: string, at: string, found: string[]): Promise<void> {
  for (const entry of await readdir(join(root, at), { withFileTypes: true })) {
    const path = at === '' ? entry.name : `${at}/${entry.name}`
    if (entry.isDirectory() && entry.name !== '.git') await walkInto(root, path, found)
    else if (entry.isFile() && entry.name !== '.git') found.push(path)
  }
}

async function insideRoot(root: string, path: string): Promise<string> {
  const realRoot = await realpath(root)
  const real = await realpath(isAbsolute(path) ? path : resolve(realRoot, path))
  const way = relative(realRoot, real)
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))
    throw fileError('path-outside', `${path} lies outside ${root}`, `name a path below ${root}`)
  return real
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const LEFTOVER = /^\.(?<of>.+)\.(?<pid>\d+)-[0-9a-f]{8}\.tmp$/

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

/** A kill at any moment leaves either the old file or the new one, never a half. */
async function writeAtomically(path: string, text: string, mode: number): Promise<void> {
  const temp = join(dirname(path), `.${basename(path)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`)
  try {
    const handle = await open(temp, 'wx', mode)
    try {
      await handle.chmod(mode) // the umask must not decide
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temp, path)
    await removeLeftovers(path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(temp, { force: true }).catch(() => undefined)
    throw writeFailure(path, error)
  }
}

const guarded = async <T>(path: string, read: () => Promise<T>): Promise<T> => {
  try {
    return await read()
  } catch (error) {
    throw readFailure(path, error)
  }
}

const reader: FileReader = {
  exists: (path) =>
    guarded(path, () =>
      stat(path).then(
        () => true,
        (error: unknown) => {
          if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return false
          throw error
        },
      ),
    ),
  readText: (path) => guarded(path, async () => decodeText(path, await readBounded(path))),
  walk: (root) =>
    guarded(root, async () => {
      const found: string[] = []
      await walkInto(root, '', found)
      return found.sort()
    }),
  inside: (root, path) => guarded(path, () => insideRoot(root, path)),
  sha256: (path) => guarded(path, () => hashFile(path)),
}

export const localFiles: Files = {
  ...reader,
  writeText: (path, text, options) => writeAtomically(path, text, options?.mode ?? PRIVATE_FILE),
  replaceText: async (path, text) => {
    // A link is followed, so that the file behind it is replaced and the link stays.
    const target = await guarded(path, () => realpath(path))
    const info = await guarded(target, () => lstat(target))
    await writeAtomically(target, text, info.mode & 0o7777)
  },
  makeDir: async (path) => {
    try {
      await mkdir(path, { recursive: true, mode: PRIVATE_DIR })
    } catch (error) {
      throw writeFailure(path, error)
    }
  },
  remove: async (path) => {
    try {
      await rm(path, { recursive: true, force: true })
    } catch (error) {
      throw writeFailure(path, error)
    }
  },
}
