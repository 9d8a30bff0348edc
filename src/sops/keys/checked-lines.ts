// Text that people type and scanners read: in numbered lines, each with a check of its own, so that a slip is named by its line.
// Numbers and checks are in Crockford's base 32, which has no letter that looks like a digit: O is read as 0, I and l as 1, U as V.
import { createHash } from 'node:crypto'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CHECK_LENGTH = 4
const NUMBER = /([0-9OIL]{3}):/gi

/** Lines have three digits. */
export const MOST_LINES = 999

/** Letters as they are meant: capitals, look-alikes put right, spaces and dashes left out. */
export const canonical = (text: string): string =>
  text
    .replace(/[\s-]+/g, '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1')
    .replaceAll('U', 'V')

export function encode32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => ALPHABET[Number.parseInt(group.padEnd(5, '0'), 2)]).join('')
}

/** Undefined where a letter is not of the alphabet. Bits that fill no byte are left off. */
export function decode32(text: string): Uint8Array | undefined {
  const values = [...canonical(text)].map((letter) => ALPHABET.indexOf(letter))
  if (values.includes(-1)) return undefined
  const bits = values.map((value) => value.toString(2).padStart(5, '0')).join('')
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2))
}

/** First letters of the SHA-256 of a text: 5 bits each. */
export const digest32 = (data: string | Uint8Array, length: number): string =>
  encode32(createHash('sha256').update(data).digest()).slice(0, length)

/** `ABCD EFGH IJ` */
export const grouped = (text: string, size = 4): string => text.match(new RegExp(`.{1,${size}}`, 'g'))?.join(' ') ?? ''

export interface CheckedLine {
  /** From 1. */
  readonly number: number
  readonly data: string
  readonly check: string
}

const checkOf = (number: number, data: string): string => digest32(`${number}:${data}`, CHECK_LENGTH)
export const numberText = (number: number): string => `${String(number).padStart(3, '0')}:`

export const checkedLines = (pieces: readonly string[]): CheckedLine[] =>
  pieces.map((data, index) => ({ number: index + 1, data, check: checkOf(index + 1, data) }))

export interface ReadLines {
  /** Lines that hold, in order, each once. */
  readonly good: readonly CheckedLine[]
  /** Numbers of the lines that do not hold or are not there, up to the last one that was seen. */
  readonly bad: readonly number[]
}

/**
 * Finds lines by their numbers, wherever a text was broken: `001:`, the data, the check. `meant` puts the letters of the data as they were written.
 */
export function readCheckedLines(text: string, meant: (data: string) => string): ReadLines {
  const [, ...parts] = text.replace(/\s+/g, '').split(NUMBER)
  const good = new Map<number, CheckedLine>()
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const number = Number(canonical(parts[at] ?? ''))
    const content = parts[at + 1] ?? ''
    const data = meant(content.slice(0, -CHECK_LENGTH))
    const check = canonical(content.slice(-CHECK_LENGTH))
    if (check === checkOf(number, data)) good.set(number, { number, data, check })
  }
  // A slip in the number of a line must not make hundreds of lines be missed.
  const last = Math.max(parts.length / 2, ...good.keys())
  const numbers = Array.from({ length: last }, (_, index) => index + 1)
  return { good: numbers.flatMap((number) => good.get(number) ?? []), bad: numbers.filter((number) => !good.has(number)) }
}

const MOST_NAMED = 10

/** `line 3`, `lines 3, 7 and 12`, `lines 3, 7, 12 and 40 more` */
export function linesText(numbers: readonly number[]): string {
  if (numbers.length === 1) return `line ${numbers[0]}`
  const more = numbers.length - MOST_NAMED
  if (more > 0) return `lines ${numbers.slice(0, MOST_NAMED).join(', ')} and ${more} more`
  return `lines ${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`
}
