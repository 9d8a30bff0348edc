// Each journal line carries the SHA-256 of the bytes of the line before it, so that a changed or missing line shows.
import { createHash } from 'node:crypto'
import type { JournalLine, RunEvent } from './events.ts'

/** `prev` of the first line. */
export const FIRST_PREV = '0'.repeat(64)

/** Hex SHA-256 of a line's exact bytes, without its newline. */
export const lineHash = (line: string | Uint8Array): string => createHash('sha256').update(line).digest('hex')

/** A line as it is written, without its newline. `at`: ISO 8601, UTC. */
export const formatLine = (seq: number, at: string, prev: string, event: RunEvent): string => {
  const line: JournalLine = { seq, at, prev, event }
  return JSON.stringify(line)
}
