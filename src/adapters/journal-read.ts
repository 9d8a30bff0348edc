// Reads a journal: every line must fit the one before it. Only the last line may be torn, as a killed process leaves it.
import { FIRST_PREV, lineHash } from '../engine/chain.ts'
import type { JournalLine } from '../engine/events.ts'
import { messageOf, OpsError } from '../errors.ts'
import { parseJournalLine } from './journal-schema.ts'

export interface JournalText {
  readonly lines: readonly JournalLine[]
  /** Bytes of the torn last line. */
  readonly tornBytes: number
  /** Bytes of the lines that hold. */
  readonly goodBytes: number
  /** `prev` of the line that comes next. */
  readonly tip: string
}

const NEWLINE = 0x0a

const broken = (path: string, line: number, why: string): OpsError =>
  new OpsError({
    code: 'journal-broken',
    message: `${path}:${line} ${why}`,
    hints: ['the record of this run was changed after it was written; it can be read but not taken up', `look at it: less ${path}`],
    exit: 'refused',
  })

/** The bytes of each whole line, without newlines. */
const wholeLines = (bytes: Uint8Array): Uint8Array[] => {
  const lines: Uint8Array[] = []
  let from = 0
  for (let to = bytes.indexOf(NEWLINE); to !== -1; to = bytes.indexOf(NEWLINE, from)) {
    lines.push(bytes.subarray(from, to))
    from = to + 1
  }
  return lines
}

/** undefined when the bytes are no JSON: what a torn write leaves. */
const jsonOf = (bytes: Uint8Array): { value: unknown } | undefined => {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) }
  } catch {
    return undefined
  }
}

const parsed = (path: string, place: number, value: unknown): JournalLine => {
  try {
    return parseJournalLine(value)
  } catch (error) {
    throw broken(path, place, `is not an event that this flux-ops knows: ${firstIssue(error)}`)
  }
}

const firstIssue = (error: unknown): string => {
  const issue = (error as { issues?: { path?: PropertyKey[]; message?: string }[] }).issues?.[0]
  return issue ? `${(issue.path ?? []).map(String).join('.')}: ${issue.message}` : messageOf(error)
}

/** Parses and verifies. Throws `journal-broken` with the line; `path` is only named. */
export const readJournal = (path: string, bytes: Uint8Array): JournalText => {
  const whole = wholeLines(bytes)
  const lines: JournalLine[] = []
  let tip = FIRST_PREV
  let goodBytes = 0
  for (const [index, line] of whole.entries()) {
    const json = jsonOf(line)
    if (!json && index === whole.length - 1) break
    if (!json) throw broken(path, index + 1, 'is not JSON')
    const entry = parsed(path, index + 1, json.value)
    if (entry.prev !== tip) throw broken(path, index + 1, 'does not carry the hash of the line before it')
    if (entry.seq !== index) throw broken(path, index + 1, `has number ${entry.seq} where ${index} was due`)
    lines.push(entry)
    tip = lineHash(line)
    goodBytes += line.length + 1
  }
  return { lines, tornBytes: bytes.length - goodBytes, goodBytes, tip }
}
