// Alike objects in one box, step by step less alike, until there are few enough boxes and the way through them is short.
import { knots } from './knots.ts'

export interface Waiting {
  /** `Kind namespace/name`. */
  readonly label: string
  /** Places of the fronts that it waits for, by way of others too. */
  readonly fronts: readonly number[]
  readonly layer: number
}

export interface Fold {
  /** Sorted. */
  readonly objects: readonly string[]
  readonly fronts: readonly number[]
  /** Objects in the longest chain inside of it. */
  readonly deep: number
}

type Edges = ReadonlyMap<string, readonly string[]>

const kindOf = (label: string): string => label.slice(0, label.indexOf(' '))

const namespaceOf = (label: string): string => label.slice(label.indexOf(' ') + 1).split('/')[0] ?? ''

/** Namespaces that keep a box of their own where there are too many. */
const MOST_NAMESPACES = 6

function largestNamespaces(waiting: readonly Waiting[]): Set<string> {
  const counts = new Map<string, number>()
  for (const { label } of waiting) counts.set(namespaceOf(label), (counts.get(namespaceOf(label)) ?? 0) + 1)
  const sorted = [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
  return new Set(sorted.slice(0, MOST_NAMESPACES).map(([namespace]) => namespace))
}

/** What has the same key comes into the same box; the last always fits. */
function keysOf(waiting: readonly Waiting[]): ((of: Waiting) => string)[] {
  const large = largestNamespaces(waiting)
  const alike = ({ layer, label }: Waiting): string => `${layer} ${kindOf(label)}`
  return [
    ({ label }) => label,
    (of) => `${alike(of)} ${namespaceOf(of.label)} ${of.fronts.join()}`,
    (of) => `${alike(of)} ${namespaceOf(of.label)}`,
    (of) => `${alike(of)} ${large.has(namespaceOf(of.label)) ? namespaceOf(of.label) : ''}`,
    alike,
    ({ layer }) => `${layer}`,
    () => '',
  ]
}

/** Edges between boxes; keys of boxes that wait for each other are made one. */
function between(keys: ReadonlyMap<string, string>, on: Edges): Edges {
  const edges = new Map<string, Set<string>>()
  for (const [label, key] of keys) {
    const to = edges.get(key) ?? new Set()
    for (const target of on.get(label) ?? []) {
      const other = keys.get(target)
      if (other !== undefined && other !== key) to.add(other)
    }
    edges.set(key, to)
  }
  return new Map([...edges].map(([key, to]) => [key, [...to]]))
}

/** Nodes in the longest chain; a circle counts with all of its members. */
function longest(edges: Edges): number {
  const deep = new Map<string, number>()
  let most = 0
  // Each part comes behind the parts that it leads to.
  for (const part of knots(edges)) {
    const members = new Set(part)
    const below = part.flatMap((node) => (edges.get(node) ?? []).filter((to) => !members.has(to)).map((to) => deep.get(to) ?? 0))
    const own = part.length + below.reduce((a, b) => Math.max(a, b), 0)
    for (const node of part) deep.set(node, own)
    most = Math.max(most, own)
  }
  return most
}

function inside(labels: readonly string[], on: Edges): number {
  const members = new Set(labels)
  return longest(new Map(labels.map((label) => [label, (on.get(label) ?? []).filter((to) => members.has(to))])))
}

/** Boxes by key, each the objects in it. */
function boxesBy(waiting: readonly Waiting[], on: Edges, key: (of: Waiting) => string): { boxes: Waiting[][]; deep: number } {
  const keys = new Map(waiting.map((one) => [one.label, key(one)]))
  const edges = between(keys, on)
  const parts = knots(edges)
  const place = new Map(parts.flatMap((part, at) => part.map((node) => [node, at] as const)))
  const boxes: Waiting[][] = parts.map(() => [])
  for (const one of waiting) boxes[place.get(keys.get(one.label) ?? '') ?? 0]?.push(one)
  return { boxes, deep: longest(edges) }
}

/** `waiting` sorted by label; `on`: what each object waits for. Nothing in it waits in a circle of boxes. What others wait for comes first. */
export function fold(waiting: readonly Waiting[], on: Edges, room: { readonly boxes: number; readonly deep: number }): Fold[] {
  if (waiting.length === 0) return []
  let last: Waiting[][] = []
  for (const key of keysOf(waiting)) {
    const { boxes, deep } = boxesBy(waiting, on, key)
    last = boxes
    if (boxes.length <= room.boxes && deep <= room.deep) break
  }
  return last.map((members) => {
    const objects = members.map(({ label }) => label)
    const fronts = [...new Set(members.flatMap((one) => one.fronts))].sort((a, b) => a - b)
    return { objects, fronts, deep: inside(objects, on) }
  })
}
