// An entry of `sops.age` put in or taken out as text: a copy of its neighbour with two strings exchanged, so that style and order of the file stay.
import { field, type ListStyle } from './metadata.ts'
import type { AgeEntry, ListNode, Node, Range, Scalar, Splice } from './model.ts'

/** The text with the splices made; they must not overlap. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  let at = 0
  let made = ''
  for (const { start, end, text: insertion } of [...splices].sort((a, b) => a.start - b.start || a.end - b.end)) {
    made += text.slice(at, start) + insertion
    at = end
  }
  return made + text.slice(at)
}

const ends = (node: Node): number[] => {
  if (node.kind === 'scalar') return [node.place.end]
  return [node.end, ...(node.kind === 'list' ? node.items : node.entries.map(({ value }) => value)).flatMap(ends)]
}

function copyOf(text: string, item: Node, { start, end }: Range, entry: AgeEntry): string {
  const places = (['enc', 'recipient'] as const).map((key) => ({ place: (field(item, key) as Scalar).place, value: entry[key] }))
  const splices = places.map(({ place, value }) => ({ start: place.start - start, end: place.end - start, text: place.spell(value) }))
  return applySplices(text.slice(start, end), splices)
}

const startOf = (node: Node): number => (node.kind === 'scalar' ? node.place.start : node.start)

/** Items between brackets: commas are ours to set. */
function between(text: string): ListStyle {
  const range = (item: Node): Range => ({ start: startOf(item), end: (item as { end: number }).end })
  return {
    insert: (list, index, entry) => {
      const item = list.items[index] as Node
      const at = range(item)
      const before = index === 0 ? list.start + 1 : range(list.items[index - 1] as Node).end
      const gap = /\s*$/.exec(text.slice(before, at.start))?.[0] ?? ''
      return [{ start: at.end, end: at.end, text: `,${gap}${copyOf(text, item, at, entry)}` }]
    },
    remove: (list, index) => {
      const at = range(list.items[index] as Node)
      const next = list.items[index + 1]
      if (index > 0) return [{ start: range(list.items[index - 1] as Node).end, end: at.end, text: '' }]
      return [{ start: at.start, end: next === undefined ? at.end : startOf(next), text: '' }]
    },
  }
}

/** Items on lines of their own, each behind a dash. */
function onLines(text: string): ListStyle {
  const range = (item: Node): Range => {
    const start = text.lastIndexOf('\n', startOf(item) - 1) + 1
    const last = Math.max(...ends(item))
    if (text[last - 1] === '\n') return { start, end: last }
    const eol = text.indexOf('\n', last)
    return { start, end: eol === -1 ? text.length : eol + 1 }
  }
  return {
    insert: (list, index, entry) => {
      const item = list.items[index] as Node
      const at = range(item)
      const copy = copyOf(text, item, at, entry)
      const eol = text.includes('\r\n') ? '\r\n' : '\n'
      return [{ start: at.end, end: at.end, text: text.slice(0, at.end).endsWith('\n') ? copy : eol + copy }]
    },
    remove: (list, index) => [{ ...range(list.items[index] as Node), text: '' }],
  }
}

/** Lists of YAML or JSON: how they are edited depends on whether they stand in brackets. */
export function bracketedOrLines(text: string): ListStyle {
  const styleOf = (list: ListNode): ListStyle => (text[list.start] === '[' ? between(text) : onLines(text))
  return {
    insert: (list, index, entry) => styleOf(list).insert(list, index, entry),
    remove: (list, index) => styleOf(list).remove(list, index),
  }
}
