// A recipient behind another one in a text with commas, and out of it again: whatever quotes, folding or indentation the text is written in.
import type { Scalar } from 'yaml'
import type { Splice } from '../sealed/model.ts'

const SEPARATOR = /^\s*,\s*(?=[^\s,'"])/
/** Longer ones are no comma and a line break. */
const LONGEST_SEPARATOR = 200
const BEFORE = /(?<=[^\s,'"])\s*,\s*$/

interface Found {
  readonly start: number
  readonly end: number
  /** What parts it from the one behind it, and from the one before. */
  readonly next: string | undefined
  readonly before: string | undefined
}

/** Where a word stands in the source of a scalar, between commas; undefined where it is spelled in another way. */
function find(text: string, scalar: Scalar, word: string): Found[] {
  const [from, to] = scalar.range ?? [0, 0]
  const source = text.slice(from, to)
  // The first line of a block says how it is folded.
  const head = scalar.type === 'BLOCK_FOLDED' || scalar.type === 'BLOCK_LITERAL' ? source.indexOf('\n') + 1 : 0
  const found: Found[] = []
  for (let at = source.indexOf(word, head); at !== -1; at = source.indexOf(word, at + word.length)) {
    const [ahead, behind] = [source.slice(head, at), source.slice(at + word.length)]
    if (!/(?:^|[\s,'"])$/.test(ahead) || !/^(?:$|[\s,'"])/.test(behind)) continue
    found.push({
      start: from + at,
      end: from + at + word.length,
      next: SEPARATOR.exec(behind)?.[0],
      before: BEFORE.exec(ahead.slice(-LONGEST_SEPARATOR))?.[0],
    })
  }
  return found
}

/** A comma ends a plain scalar inside of brackets, so quotes come around it. */
const needsQuotes = (scalar: Scalar, inFlow: boolean): boolean => inFlow && scalar.type === 'PLAIN'

export function addWord(text: string, scalar: Scalar, inFlow: boolean, words: { old: string; new: string }): Splice[] | undefined {
  const [first] = find(text, scalar, words.old)
  if (first === undefined) return undefined
  const separator = first.next ?? first.before ?? ','
  const quote = needsQuotes(scalar, inFlow) ? '"' : ''
  const behind: Splice = { start: first.end, end: first.end, text: `${separator}${words.new}${quote}` }
  return quote === '' ? [behind] : [{ start: first.start, end: first.start, text: quote }, behind]
}

/** Takes the first one out; undefined where it cannot be found. The text has to hold another word. */
export function removeWord(text: string, scalar: Scalar, word: string): Splice[] | undefined {
  const [first] = find(text, scalar, word)
  if (first === undefined) return undefined
  const { start, end, next, before } = first
  return [next !== undefined ? { start, end: end + next.length, text: '' } : { start: start - (before ?? '').length, end, text: '' }]
}
