// One append-only file: a line is whole and on the disk before append returns. After a failed write nothing is written any more.
import { type FileHandle, open } from 'node:fs/promises'
import { FIRST_PREV, formatLine, lineHash } from '../engine/chain.ts'
import { cleanStrings } from '../engine/clean-strings.ts'
import type { RunEvent } from '../engine/events.ts'
import { messageOf, OpsError } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { Journal } from '../ports/runs.ts'
import type { Redactor } from '../ports/secret.ts'

export type AppendHandle = Pick<FileHandle, 'write' | 'sync' | 'close'>

export interface JournalFileOptions {
  readonly path: string
  readonly clock: Pick<Clock, 'now'>
  readonly redactor: Pick<Redactor, 'clean'>
  /** What the file holds already. */
  readonly from?: { readonly seq: number; readonly tip: string }
  /** Called by close, after the file is closed. */
  readonly onClose?: () => Promise<void>
}

export const journalWriteError = (path: string, cause: unknown): OpsError =>
  new OpsError({
    code: 'journal-write',
    message: `the run's journal could not be written: ${messageOf(cause)} (${path})`,
    hints: [
      'nothing was done after this point',
      'make room or rights there, or set XDG_STATE_HOME to a folder that has both',
      'then: flux-ops runs resume',
    ],
    cause,
  })

const writeAll = async (handle: AppendHandle, bytes: Buffer): Promise<void> => {
  for (let from = 0; from < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, from, bytes.length - from)
    from += bytesWritten
  }
  await handle.sync()
}

/** A journal over an open handle (O_APPEND). Appends are taken in order, also when they are not awaited. */
export const journalOver = (handle: AppendHandle, { path, clock, redactor, from, onClose }: JournalFileOptions): Journal => {
  let seq = from?.seq ?? 0
  let tip = from?.tip ?? FIRST_PREV
  let failure: OpsError | undefined
  let last: Promise<void> = Promise.resolve()

  const appendNow = async (event: RunEvent): Promise<void> => {
    if (failure) throw failure
    const line = formatLine(seq, clock.now().toISOString(), tip, cleanStrings(event, redactor.clean))
    try {
      await writeAll(handle, Buffer.from(`${line}\n`, 'utf8'))
    } catch (cause) {
      // Half a line may be there now. Whoever opens the file next cuts it off; a line of ours behind it would hide it.
      failure = journalWriteError(path, cause)
      throw failure
    }
    seq += 1
    tip = lineHash(line)
  }
  const append = (event: RunEvent): Promise<void> => {
    const mine = last.then(() => appendNow(event))
    last = mine.catch(() => undefined)
    return mine
  }
  const close = async (): Promise<void> => {
    await last
    failure ??= journalWriteError(path, 'it is closed')
    await handle.close().catch(() => undefined)
    await onClose?.().catch(() => undefined)
  }
  return { append, close }
}

/** Makes a folder's entries durable: without it a new file can be gone after a power cut. */
export const syncDir = async (dir: string): Promise<void> => {
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
