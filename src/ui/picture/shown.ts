// What a cluster said, in the room that a picture has: one line, visible, as wide as it is told to be.
import { sanitise } from '../sanitise.ts'

/** Letters that take two columns. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]/u

/** Marks that are drawn over the letter before them. */
const STACKED = /\p{M}/u
/** More of them on one letter are drawn over other lines. */
const STACK = /(\p{M}{2})\p{M}+/gu

/** No character of XML, nor of any language. */
const NONE = /[\ufdd0-\ufdef\ufffe\uffff\u{1fffe}\u{1ffff}]/gu

const columnsOf = (character: string): number => (STACKED.test(character) ? 0 : WIDE.test(character) ? 2 : 1)

/** Columns in a type in which all letters have one width, or twice of it. */
export const columns = (text: string): number => [...text].reduce((sum, character) => sum + columnsOf(character), 0)

function cut(text: string, widest: number): string {
  if (columns(text) <= widest) return text
  let at = 0
  let sum = 1
  for (const character of text) {
    sum += columnsOf(character)
    if (sum > widest) break
    at += character.length
  }
  return `${text.slice(0, at).trimEnd()}…`
}

/** Cut before and after: a text may be a megabyte, and control characters take more room once they are shown. */
export const shown = (text: string, widest: number): string => {
  const short = text
    .slice(0, 4 * widest)
    .replaceAll(/\s+/g, ' ')
    .trim()
  const whole = short + (text.length > 4 * widest ? '…' : '')
  return cut(sanitise(whole.replaceAll(NONE, '\ufffd'), 8 * widest).replaceAll(STACK, '$1'), widest)
}

/** As `shown`, with its end kept: names differ there. */
export const shownName = (text: string, widest: number): string => {
  const whole = shown(text, Math.max(widest, 400))
  if (columns(whole) <= widest) return whole
  const letters = [...whole]
  const end: string[] = []
  let sum = 0
  while (letters.length > 0 && sum + columnsOf(letters.at(-1) as string) <= Math.floor(widest / 2)) {
    const letter = letters.pop() as string
    sum += columnsOf(letter)
    end.unshift(letter)
  }
  return cut(letters.join(''), widest - sum).replace(/…?$/, '…') + end.join('')
}

/** Lines of whole words where they fit; what is over the last line is cut. */
export function wrapped(text: string, widest: number, most: number): string[] {
  const lines: string[] = []
  const words = shown(text, widest * most).split(' ')
  while (words.length > 0 && lines.length < most - 1) {
    let line = words.shift() ?? ''
    while (words[0] !== undefined && columns(line) + 1 + columns(words[0]) <= widest) line += ` ${words.shift()}`
    // One word that is too long goes on in the next line.
    if (columns(line) > widest) {
      const letters = [...line]
      line = ''
      while (letters[0] !== undefined && columns(line + letters[0]) <= widest) line += letters.shift()
      words.unshift(letters.join(''))
    }
    lines.push(line)
  }
  return words.length > 0 ? [...lines, shown(words.join(' '), widest)] : lines
}

/** The lines that a text has, each by itself; `more` says how many are left out. */
export function shownLines(text: string, widest: number, most: number): { lines: string[]; more: number } {
  const all = text
    .slice(0, 16 * widest * most)
    .trimEnd()
    .split(/\r?\n/)
  return { lines: all.slice(0, most).map((line) => shown(line, widest)), more: Math.max(0, all.length - most) }
}
