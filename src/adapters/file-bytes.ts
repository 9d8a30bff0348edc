// A file read whole: regular ones only, and no larger than the limit.
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { fileError } from './file-errors.ts'

/** Largest file that is read whole, in bytes. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024

/** To open a pipe for reading would wait for somebody who writes to it. */
export const READ_AT_ONCE = constants.O_RDONLY | constants.O_NONBLOCK

/** From where `handle` stands. Throws OpsError `file-unreadable` for a folder, a device or a pipe, which may never end, and `file-too-large`. */
export async function readWhole(path: string, handle: FileHandle): Promise<Buffer> {
  const info = await handle.stat()
  if (info.isDirectory()) throw fileError('file-unreadable', `${path} is a folder, a file was expected`, 'name a file')
  if (!info.isFile()) throw fileError('file-unreadable', `${path} is not a regular file`, 'save it to a file first')
  if (info.size > MAX_FILE_BYTES)
    throw fileError('file-too-large', `${path} has ${info.size} bytes, over the limit of ${MAX_FILE_BYTES}`, 'is it the right file?')
  return await handle.readFile()
}

export async function readBounded(path: string): Promise<Buffer> {
  const handle = await open(path, READ_AT_ONCE)
  try {
    return await readWhole(path, handle)
  } finally {
    await handle.close()
  }
}
