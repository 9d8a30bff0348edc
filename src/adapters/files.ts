// The file system as the runbooks see it: absolute paths, bounded reads, atomic writes, no way out of a root.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import * as disk from 'node:fs/promises'
import { lstat, mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { FileReader, Files } from '../ports/files.ts'
import { readBounded } from './file-bytes.ts'
import { codeOf, fileError, guarded, writeFailure } from './file-errors.ts'
import { swapTextOn } from './swap-text.ts'
import { removeLeftovers, tempBeside } from './temp-file.ts'

const PRIVATE_FILE = 0o600
const PRIVATE_DIR = 0o700

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

/** A kill at any moment leaves either the old file or the new one, never a half. */
async function writeAtomically(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const temp = tempBeside(path)
  try {
    const handle = await open(temp, 'wx', mode)
    try {
      await handle.chmod(mode) // the umask must not decide
      await handle.writeFile(content)
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

/** Takes the name first: of two that write it at the same time one is refused. Hard links would be simpler, and USB sticks have none. */
async function createAtomically(path: string, content: string | Uint8Array, mode = PRIVATE_FILE): Promise<void> {
  try {
    await (await open(path, 'wx', PRIVATE_FILE)).close()
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw fileError('file-exists', `${path} is there already`, `look: ls -la ${path}`, error)
    throw writeFailure(path, error)
  }
  try {
    await writeAtomically(path, content, mode)
  } catch (error) {
    await rm(path, { force: true }).catch(() => undefined)
    throw error
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
  readBytes: (path) => guarded(path, () => readBounded(path)),
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
  createText: (path, text, options) => createAtomically(path, text, options?.mode),
  createBytes: (path, bytes) => createAtomically(path, bytes),
  replaceText: async (path, text) => {
    // A link is followed, so that the file behind it is replaced and the link stays.
    const target = await guarded(path, () => realpath(path))
    const info = await guarded(target, () => lstat(target))
    await writeAtomically(target, text, info.mode & 0o7777)
  },
  swapText: swapTextOn(disk),
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
