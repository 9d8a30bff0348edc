// What the file system refused, in words of ours: which file, and what to look at.
import { dirname } from 'node:path'
import { messageOf, OpsError } from '../errors.ts'

export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException)?.code ?? ''

export const fileError = (code: string, message: string, hint: string, cause?: unknown): OpsError =>
  new OpsError({ code, message, hints: [hint], exit: 'usage', ...(cause === undefined ? {} : { cause }) })

const readFailure = (path: string, error: unknown): OpsError => {
  if (error instanceof OpsError) return error
  const code = codeOf(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') return fileError('file-missing', `${path} does not exist`, `look: ls -la ${dirname(path)}`)
  if (code === 'EISDIR') return fileError('file-unreadable', `${path} is a folder, a file was expected`, 'name a file', error)
  return fileError('file-unreadable', `${path} cannot be read: ${messageOf(error)}`, `look at its owner and mode: ls -la ${path}`, error)
}

export const guarded = async <T>(path: string, read: () => Promise<T>): Promise<T> => {
  try {
    return await read()
  } catch (error) {
    throw readFailure(path, error)
  }
}

/** The disk, a quota, or the limit of this process for the size of a file. */
export const isNoRoom = (error: unknown): boolean => ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(codeOf(error))

export const writeFailure = (path: string, error: unknown): OpsError => {
  if (isNoRoom(error)) {
    const hint = codeOf(error) === 'EFBIG' ? 'look at the limit for the size of a file: ulimit -f' : `make room: df -h ${dirname(path)}`
    return new OpsError({ code: 'disk-full', message: `no room left to write ${path}`, hints: [hint], cause: error })
  }
  const hints = [`look at owner and mode: ls -la ${dirname(path)}`]
  return new OpsError({ code: 'file-unwritable', message: `${path} cannot be written: ${messageOf(error)}`, hints, cause: error })
}
