// An archive of small files, made and read in memory: ustar in gzip. Nothing is ever unpacked to the disk; what is no plain file of a plain name is refused.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { Header } from 'tar'
import { OpsError } from '../errors.ts'

/** In pieces, so that a large one is never one text. */
export interface ArchiveFile {
  readonly name: string
  readonly pieces: readonly Uint8Array[]
}

const BLOCK = 512
/** Bytes when unpacked; what is larger is not made either. */
export const LARGEST_ARCHIVE = 128 * 2 ** 20
const MOST_FILES = 1000

export const sizeOf = ({ pieces }: Pick<ArchiveFile, 'pieces'>): number => pieces.reduce((sum, piece) => sum + piece.length, 0)

const refused = (code: string, message: string, hint: string): OpsError => new OpsError({ code, message, hints: [hint], exit: 'usage' })

const tooLarge = (where: string): OpsError =>
  refused('archive-too-large', `${where} holds more than ${LARGEST_ARCHIVE / 2 ** 20} MiB when it is unpacked`, 'is it the right file?')

const damaged = (where: string, what: string): OpsError =>
  refused('archive-damaged', `${where} is damaged: ${what}`, 'take another copy of it')

function headerOf(file: ArchiveFile, mtime: Date): Buffer {
  const block = Buffer.alloc(BLOCK)
  const header = new Header({ path: file.name, type: 'File', mode: 0o600, uid: 0, gid: 0, size: sizeOf(file), mtime })
  if (header.encode(block, 0)) throw new Error(`${file.name} does not fit into a header of ustar`)
  return block
}

const padding = (size: number): Buffer => Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK)

function* blocksOf(files: readonly ArchiveFile[], mtime: Date): Generator<Uint8Array> {
  for (const file of files) {
    yield headerOf(file, mtime)
    yield* file.pieces
    yield padding(sizeOf(file))
  }
  yield Buffer.alloc(2 * BLOCK)
}

/** Throws OpsError `archive-too-large`. */
export async function packArchive(files: readonly ArchiveFile[], mtime: Date): Promise<Uint8Array> {
  if (files.reduce((sum, file) => sum + sizeOf(file) + BLOCK, 0) > LARGEST_ARCHIVE) throw tooLarge('the archive')
  const packed: Buffer[] = []
  await pipeline(Readable.from(blocksOf(files, mtime)), createGzip(), async (stream: AsyncIterable<Buffer>) => {
    for await (const piece of stream) packed.push(piece)
  })
  return Buffer.concat(packed)
}

async function inflated(bytes: Uint8Array, where: string): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  try {
    await pipeline(Readable.from([bytes]), createGunzip(), async (stream: AsyncIterable<Buffer>) => {
      for await (const piece of stream) {
        size += piece.length
        if (size > LARGEST_ARCHIVE) throw tooLarge(where)
        pieces.push(piece)
      }
    })
  } catch (error) {
    if (error instanceof OpsError) throw error
    const code = (error as NodeJS.ErrnoException).code
    throw damaged(where, code === 'Z_BUF_ERROR' ? 'it ends too early' : 'its bytes are not as they were written')
  }
  return Buffer.concat(pieces)
}

const PLAIN_NAME = /^(?!.*(?:^|\/)\.\.?(?:\/|$))[A-Za-z0-9_][\w.-]*(?:\/[\w.-]+){0,4}$/

function fileAt(tar: Buffer, at: number, where: string): { name: string; size: number } | undefined {
  if (at + BLOCK > tar.length) throw damaged(where, 'it ends too early')
  const header = new Header(tar, at)
  if (header.nullBlock) return undefined
  if (!header.cksumValid) throw damaged(where, 'a header in it does not fit its checksum')
  const { path = '', type, size } = header
  const isFile = type === 'File' || type === 'OldFile'
  if (!isFile || !PLAIN_NAME.test(path) || size === undefined)
    throw refused(
      'archive-unsafe',
      `${where} holds ${isFile ? 'a name' : 'an entry'} that flux-ops never writes: ${JSON.stringify(path)}`,
      'do not unpack it: ask whoever sent it',
    )
  if (at + BLOCK + size > tar.length) throw damaged(where, 'it ends too early')
  return { name: path, size }
}

/**
 * Files by name. `where`: how it is called in errors. Throws OpsError (usage) `archive-unreadable` for what is none, `archive-damaged`, `archive-too-large`
 * (before more than 128 MiB of it is in memory), and `archive-unsafe` for links, folders, names that lead elsewhere or stand in it twice.
 */
export async function unpackArchive(bytes: Uint8Array, where: string): Promise<ReadonlyMap<string, Uint8Array>> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b)
    throw refused('archive-unreadable', `${where} is no archive that flux-ops has made`, 'flux-ops recover bundle makes one')
  const tar = await inflated(bytes, where)
  const files = new Map<string, Uint8Array>()
  for (let at = 0; ; ) {
    const file = fileAt(tar, at, where)
    if (file === undefined) return files
    if (files.has(file.name) || files.size >= MOST_FILES)
      throw refused('archive-unsafe', `${where} holds ${file.name} twice, or too many files`, 'do not unpack it: ask whoever sent it')
    files.set(file.name, tar.subarray(at + BLOCK, at + BLOCK + file.size))
    at += BLOCK + file.size + padding(file.size).length
  }
}
