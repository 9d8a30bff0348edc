// A recipient as an item of its own behind another one, in a list of lines (`- age1…`) or of brackets, and out of it again with its line.
import type { Scalar, YAMLSeq } from 'yaml'
import type { Splice } from '../sealed/model.ts'
import { lineAround, lineEnding } from './splice.ts'

/** Anchor and tag stand before what the parser calls the item. */
const LONGEST_PROPERTIES = 200
const PROPERTIES = /(?:[&!][^\s,[\]{}]*[ \t]+)*$/

interface Item {
  readonly start: number
  readonly end: number
}

function itemAt(text: string, node: { range?: readonly number[] | null }): Item {
  const [start = 0, end = 0] = node.range ?? []
  return { start: start - (PROPERTIES.exec(text.slice(Math.max(0, start - LONGEST_PROPERTIES), start))?.[0].length ?? 0), end }
}

const quoted = (like: Scalar, word: string): string => {
  const quote = like.type === 'QUOTE_DOUBLE' ? '"' : like.type === 'QUOTE_SINGLE' ? "'" : ''
  return `${quote}${word}${quote}`
}

const DASH = /^[ \t]*-[ \t]+$/

/** First and last line of an item that begins with a dash of its own. */
function linesOf(text: string, item: Item): { start: number; end: number; dash: string } | undefined {
  const { start } = lineAround(text, item.start)
  const dash = text.slice(start, item.start)
  if (!DASH.test(dash)) return undefined
  const { end } = lineAround(text, text[item.end - 1] === '\n' ? item.end - 1 : item.end)
  return /^[ \t]*(?:#[^\n]*)?(?:\r?\n)?$/.test(text.slice(item.end, end)) ? { start, end, dash } : undefined
}

function addLine(text: string, like: Scalar, word: string): Splice[] | undefined {
  const lines = linesOf(text, itemAt(text, like))
  if (lines === undefined) return undefined
  const ending = lineEnding(text, like.range?.[0] ?? 0)
  const line = `${lines.dash}${quoted(like, word)}`
  const isEnded = text[lines.end - 1] === '\n'
  return [{ start: lines.end, end: lines.end, text: isEnded ? `${line}${ending}` : `${ending}${line}` }]
}

/** What stands between an item and the comma or bracket behind it, and that comma with the rest of its line. */
const TAIL = /^([ \t]*)(,?)([ \t]*(?:#[^\r\n]*)?)(\r?\n|$)/
const ALONE = /^[ \t]*$/

function addInBrackets(text: string, like: Scalar, word: string): Splice[] | undefined {
  const item = itemAt(text, like)
  const tail = TAIL.exec(text.slice(item.end))
  const { start } = lineAround(text, item.start)
  const lead = text.slice(start, item.start)
  if (tail === null || !ALONE.test(lead)) {
    const space = /^[ \t]*,([ \t]*)/.exec(text.slice(item.end))?.[1] ?? /,([ \t]*)$/.exec(lead)?.[1] ?? ' '
    return [{ start: item.end, end: item.end, text: `,${space}${quoted(like, word)}` }]
  }
  const [whole, , comma = '', , ending] = tail
  const line = `${lead}${quoted(like, word)}${comma}${ending}`
  const at = item.end + whole.length
  return [...(comma === '' ? [{ start: item.end, end: item.end, text: ',' }] : []), { start: at, end: at, text: line }]
}

export const addItem = (text: string, list: YAMLSeq, like: Scalar, word: string): Splice[] | undefined =>
  list.flow === true ? addInBrackets(text, like, word) : addLine(text, like, word)

function removeFromBrackets(text: string, item: Item): Splice[] | undefined {
  const tail = TAIL.exec(text.slice(item.end))
  const { start } = lineAround(text, item.start)
  if (tail !== null && ALONE.test(text.slice(start, item.start))) return [{ start, end: item.end + tail[0].length, text: '' }]
  const next = /^\s*,[ \t]*(?=[^\s#\]])/.exec(text.slice(item.end))?.[0]
  if (next !== undefined) return [{ ...item, end: item.end + next.length, text: '' }]
  const before = /,\s*$/.exec(text.slice(0, item.start))?.[0] ?? ''
  return /#[^\n]*$/.test(text.slice(start, item.start)) ? undefined : [{ start: item.start - before.length, end: item.end, text: '' }]
}

export function removeItem(text: string, list: YAMLSeq, node: { range?: readonly number[] | null }): Splice[] | undefined {
  const item = itemAt(text, node)
  if (list.flow === true) return removeFromBrackets(text, item)
  const lines = linesOf(text, item)
  return lines === undefined ? undefined : [{ start: lines.start, end: lines.end, text: '' }]
}
