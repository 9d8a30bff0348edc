// One share as a text for a password manager or for paper. The lines below the blank one hold everything; those above say the same for a
// person and are only compared, so that a slip in them costs no key.
//
// The bytes in the numbered lines: format, set (10), number of the share, of how many, how many are needed, seconds since 1970 (4), length of
// the rest (2), digest of the labels (4), the share itself (shamir-secret-sharing: a byte of each polynomial, then the point).
import { createHash } from 'node:crypto'
import { OpsError } from '../../errors.ts'
import { Secret } from '../../ports/secret.ts'
import {
  canonical,
  checkedLines,
  decode32,
  digest32,
  encode32,
  grouped,
  linesText,
  MOST_LINES,
  numberText,
  readCheckedLines,
} from './checked-lines.ts'
import { readValue, valueText } from './sources.ts'

export const SHARE_FORMAT = 1
const TITLE = 'FLUX-OPS KEY SHARE, FORMAT 1'
const SET_BYTES = 10
const HEAD_BYTES = 24
const BYTES_A_LINE = 20
const END_LETTERS = 32

/** What people know the keys of a share by. */
export interface ShareLabels {
  readonly cluster: string | undefined
  /** Recipients, long ones by their ends. */
  readonly keys: readonly string[]
}

export interface ShareHead {
  /** Random, the same for all shares of a set: 16 letters. */
  readonly set: string
  readonly index: number
  readonly count: number
  readonly threshold: number
  /** RFC 3339, to the second. */
  readonly taken: string
}

export interface Share extends ShareHead {
  /** How it is called in errors. */
  readonly where: string
  /** Undefined where they are not there or were changed: see `doubts`. */
  readonly labels: ShareLabels | undefined
  /** Lines above the blank one that say something else than the share itself. It is whole all the same. */
  readonly doubts: readonly string[]
  /** base64 */
  readonly data: Secret
}

/** No share can carry more. */
export const MOST_SHARE_BYTES = MOST_LINES * BYTES_A_LINE - HEAD_BYTES

const labelDigest = ({ cluster, keys }: ShareLabels): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([cluster ?? '', ...keys]).toUpperCase())
    .digest()
    .subarray(0, 4)

function bytesOf(head: ShareHead, labels: ShareLabels, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(HEAD_BYTES)
  bytes.writeUInt8(SHARE_FORMAT, 0)
  bytes.set((decode32(head.set) ?? Buffer.alloc(0)).subarray(0, SET_BYTES), 1)
  bytes.set([head.index, head.count, head.threshold], 11)
  bytes.writeUInt32BE(Math.floor(Date.parse(head.taken) / 1000), 14)
  bytes.writeUInt16BE(data.length, 18)
  bytes.set(labelDigest(labels), 20)
  return Buffer.concat([bytes, data])
}

const pieces = (bytes: Uint8Array): string[] =>
  Array.from({ length: Math.ceil(bytes.length / BYTES_A_LINE) }, (_, line) =>
    encode32(bytes.subarray(line * BYTES_A_LINE, (line + 1) * BYTES_A_LINE)),
  )

/** The text of a share. `taken` has to be a date; `data` at most MOST_SHARE_BYTES. */
export function shareText(head: ShareHead, labels: ShareLabels, data: Uint8Array): Secret {
  const bytes = bytesOf(head, labels, data)
  const lines = [
    TITLE,
    `Share: ${head.index} of ${head.count}, any ${head.threshold} of them recover the keys`,
    `Set: ${grouped(head.set)}`,
    ...(labels.cluster === undefined ? [] : [`Cluster: ${valueText(labels.cluster)}`]),
    `Taken: ${head.taken}`,
    ...labels.keys.map((key) => `Key: ${valueText(key)}`),
    '',
    ...checkedLines(pieces(bytes)).map(({ number, data, check }) => `${numberText(number)} ${grouped(data)}  ${check}`),
    `End: ${grouped(digest32(bytes, END_LETTERS))}`,
  ]
  return new Secret(`${lines.join('\n')}\n`)
}

const wrong = (code: string, where: string, what: string, ...hints: string[]): OpsError =>
  new OpsError({ code, message: `${where} ${what}`, hints })

/** A share of 999 lines, with all that a page around it says. */
const LONGEST_TEXT = 2 ** 18

/** The text from line 001 up to the letters after `End:`. */
function bodyOf(text: string, where: string): { lines: string; end: string } {
  const no = (what: string, ...hints: string[]): OpsError => wrong('share-unreadable', where, what, ...hints)
  if (text.length > LONGEST_TEXT) throw no('is larger than 256 KiB: no share is', 'name the file of a share')
  const compact = text.replace(/\s+/g, '')
  const beginnings = [...compact.matchAll(/[0O]{2}[1IL]:/gi)].map(({ index }) => index)
  // A cluster may have such a name; the lines come after it.
  const start = beginnings.at(-1) ?? compact.search(/[0O]{2}[2-9]:/i)
  if (start === -1) throw no('holds no share: it has no numbered lines', `a share begins with ${TITLE}`, 'give one share at a time')
  if (/END:/i.test(compact.slice(beginnings[0] ?? start, start)))
    throw no('holds more than one share', 'give each share in a file of its own')
  const body = compact.slice(start)
  const end = /END:/i.exec(body)?.index
  if (end === undefined)
    throw wrong('share-damaged', where, 'is cut off: it has no line that begins with End', 'copy the share to its very end')
  return { lines: body.slice(0, end), end: canonical(body.slice(end + 'END:'.length)).slice(0, END_LETTERS) }
}

function readBytes(text: string, where: string): Buffer {
  const { lines, end } = bodyOf(text, where)
  const { good, bad } = readCheckedLines(lines, canonical)
  if (bad.length > 0)
    throw wrong(
      'share-damaged',
      where,
      `does not hold in ${linesText(bad)}`,
      'compare each letter of it with the original',
      'the other lines hold',
    )
  const bytes = Buffer.concat(good.map(({ data }) => decode32(data) ?? Buffer.alloc(0)))
  if (bytes[0] !== SHARE_FORMAT)
    throw wrong('share-format-unknown', where, `is of a newer format; this flux-ops reads format ${SHARE_FORMAT}`, 'use a newer flux-ops')
  const length = bytes.length < HEAD_BYTES ? Number.NaN : HEAD_BYTES + bytes.readUInt16BE(18)
  if (bytes.length !== length)
    throw wrong('share-damaged', where, `ends with line ${good.length}: lines after it are missing`, 'copy it whole')
  if (digest32(bytes, END_LETTERS) !== end)
    throw wrong(
      'share-damaged',
      where,
      'has whole lines that do not fit together: those of another share, or a slip in the line End',
      'compare the line End with the original',
    )
  return bytes
}

const field = (text: string, name: string): string[] =>
  text.split('\n').flatMap((line) =>
    line.trim().toLowerCase().startsWith(`${name}:`)
      ? [
          line
            .trim()
            .slice(name.length + 1)
            .trim(),
        ]
      : [],
  )

/** Recipients are written small; capitals are those of somebody who typed them. */
const inCase = (key: string): string => (key === key.toUpperCase() ? key.toLowerCase() : key)

/** What the lines above the blank one say, as far as they can be read: typed anew they may not be there at all. */
function readLabels(text: string, head: ShareHead, digest: Buffer): Pick<Share, 'labels' | 'doubts'> {
  const doubts: string[] = []
  const [counts, set, taken] = ['share', 'set', 'taken'].map((name) => field(text, name)[0])
  const told = counts?.match(/\d{1,3}/g)?.map(Number)
  if (told !== undefined && told.join() !== [head.index, head.count, head.threshold].join())
    doubts.push(`Share is ${head.index} of ${head.count}, any ${head.threshold}`)
  if (set !== undefined && canonical(set) !== head.set) doubts.push(`Set is ${grouped(head.set)}`)
  if (taken !== undefined && taken.toUpperCase() !== head.taken) doubts.push(`Taken is ${head.taken}`)
  const cluster = field(text, 'cluster')[0]
  const keys = field(text, 'key')
  if (cluster === undefined && keys.length === 0) return { labels: undefined, doubts }
  const labels = {
    cluster: cluster === undefined ? undefined : (readValue(cluster) ?? cluster),
    keys: keys.map((key) => inCase(readValue(key) ?? key)),
  }
  if (labelDigest(labels).equals(digest)) return { labels, doubts }
  return { labels: undefined, doubts: [...doubts, 'Cluster or Key is not as it was written, or not all of it is there'] }
}

/**
 * Reads a share and proves that it is whole: case, spaces, line breaks and look-alike letters do not matter. Throws OpsError `share-unreadable`,
 * `share-format-unknown` and `share-damaged`, which names the lines that do not hold.
 */
export function verifyShare(text: Secret, where: string): Share {
  const bytes = readBytes(text.reveal(), where)
  const [index = 0, count = 0, threshold = 0] = bytes.subarray(11, 14)
  const set = encode32(bytes.subarray(1, 1 + SET_BYTES))
  const taken = new Date(bytes.readUInt32BE(14) * 1000).toISOString().replace('.000Z', 'Z')
  const head = { set, index, count, threshold, taken }
  return {
    ...head,
    where,
    ...readLabels(text.reveal(), head, bytes.subarray(20, HEAD_BYTES)),
    data: new Secret(bytes.subarray(HEAD_BYTES).toString('base64')),
  }
}

/** The same share in few and plain capitals, for a QR code: it is read as any other. */
export function compactShare(text: Secret): Secret {
  const { lines, end } = bodyOf(text.reveal(), 'the share')
  return new Secret(
    `FLUX-OPS SHARE ${canonical(lines)
      .replaceAll(/([0-9]{3}:)/g, ' $1')
      .trim()} END:${end}`,
  )
}
