// Metadata that dotenv and INI files hold flattened: `age__list_0__map_recipient`. Source: sops stores/flatten.go.
import type { ListStyle } from './metadata.ts'
import type { ListNode, MapNode, Node, Place, Range, Splice } from './model.ts'

/** One line of metadata; the prefix `sops_` of dotenv is not part of the key. */
export interface FlatLine {
  readonly key: string
  readonly keyAt: Range
  readonly value: string
  readonly place: Place
  /** The whole line with its end. */
  readonly line: Range
}

interface Branch {
  readonly maps: Map<string, Branch>
  readonly lists: Map<number, Branch>
  leaf?: FlatLine
}

const newBranch = (): Branch => ({ maps: new Map(), lists: new Map() })

const tokensOf = (key: string): (string | number)[] =>
  [...`__map_${key}`.matchAll(/__(map|list)_((?:(?!__map_|__list_).)*)/g)].map(([, kind, name = '']) =>
    kind === 'list' ? Number(name) : name,
  )

function place(root: Branch, line: FlatLine): void {
  let at = root
  for (const token of tokensOf(line.key)) {
    const known = typeof token === 'number' ? at.lists.get(token) : at.maps.get(token)
    const next = known ?? newBranch()
    if (typeof token === 'number') at.lists.set(token, next)
    else at.maps.set(token, next)
    at = next
  }
  at.leaf = line
}

const WHOLE: Range = { start: 0, end: 0 }

function convert(branch: Branch): Node {
  if (branch.leaf !== undefined) return { kind: 'scalar', type: 'str', text: branch.leaf.value, place: branch.leaf.place }
  if (branch.lists.size > 0) {
    const items = [...branch.lists].sort(([a], [b]) => a - b).map(([, item]) => convert(item))
    return { kind: 'list', items, ...WHOLE }
  }
  return { kind: 'map', entries: [...branch.maps].map(([key, value]) => ({ key, value: convert(value) })), ...WHOLE }
}

export function unflatten(lines: readonly FlatLine[]): MapNode {
  const root = newBranch()
  for (const line of lines) place(root, line)
  const node = convert(root)
  return node.kind === 'map' ? node : { kind: 'map', entries: [], ...WHOLE }
}

const ITEM = /^(?<list>.*age__list_)(?<index>\d+)(?<field>__map_(?:enc|recipient))$/

/** Entries of an age list are pairs of lines with an index; sops reads them by index, in whatever order they stand. */
export function flatStyle(text: string, lines: readonly FlatLine[]): ListStyle {
  const members = (list: ListNode) => {
    const starts = new Set(
      list.items.flatMap((item) =>
        item.kind === 'map' ? item.entries.flatMap(({ value }) => (value.kind === 'scalar' ? [value.place.start] : [])) : [],
      ),
    )
    return lines
      .filter(({ place: at }) => starts.has(at.start))
      .flatMap((line) => {
        const groups = ITEM.exec(line.key)?.groups
        return groups === undefined ? [] : [{ line, list: groups.list ?? '', index: Number(groups.index), field: groups.field ?? '' }]
      })
  }
  return {
    insert: (list, index, entry) => {
      const all = members(list)
      const own = all.filter((member) => member.index === index)
      const behind = Math.max(...all.map(({ line }) => line.line.end))
      const copy = own.map(({ line, list: prefix, field }) => {
        const source = text.slice(line.line.start, line.line.end)
        const key = `${prefix}${list.items.length}${field}`
        const value = line.place.spell(field === '__map_enc' ? entry.enc : entry.recipient)
        const head = source.slice(0, line.keyAt.start - line.line.start)
        const middle = source.slice(line.keyAt.end - line.line.start, line.place.start - line.line.start)
        const tail = source.slice(line.place.end - line.line.start) || '\n'
        return head + key + middle + value + tail
      })
      const joint = text.slice(0, behind).endsWith('\n') ? '' : '\n'
      return [{ start: behind, end: behind, text: joint + copy.join('') }]
    },
    remove: (list, index) =>
      members(list).flatMap(({ line, list: prefix, index: at, field }): Splice[] => {
        if (at === index) return [{ ...line.line, text: '' }]
        return at > index ? [{ ...line.keyAt, text: `${prefix}${at - 1}${field}` }] : []
      }),
  }
}
