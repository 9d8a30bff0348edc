// A picture as text: every cause with what waits for it, each box once, in a bounded width.
import type { Box, Picture } from '../../diagnosis/picture.ts'
import { MARKS, type Paint } from '../paint.ts'
import { columns, shown, shownName, wrapped } from './shown.ts'
import { ageOf, asides, count, findingsOf, kindsOf, numbers, placeOf, plural, ringWords, waitsFor } from './words.ts'

export interface TreeOptions {
  readonly headline: string
  /** Columns. */
  readonly width: number
  readonly paint: Paint
}

/** Boxes that stand elsewhere, told again below a cause that has no other. */
const MOST_AGAIN = 4
const NARROWEST = 60
const WIDEST = 160

interface Grown {
  /** Boxes by the one that they stand below. */
  readonly below: ReadonlyMap<string, readonly Box[]>
  /** Of boxes in front: what waits for them and stands below another. */
  readonly again: ReadonlyMap<string, readonly Box[]>
}

const push = (into: Map<string, Box[]>, key: string, box: Box): void => void into.set(key, [...(into.get(key) ?? []), box])

/** A box stands below what leads to the first of its causes, as far behind it as can be. */
function grow({ boxes, arrows }: Picture): Grown {
  const below = new Map<string, Box[]>()
  const again = new Map<string, Box[]>()
  const places = new Map(boxes.map(({ id }, at) => [id, at]))
  const place = (id: string): number => places.get(id) ?? 0
  const root = new Map<string, string>()
  for (const { id, role } of boxes) if (role !== 'waiting') root.set(id, id)
  const rootPlace = (id: string): number => place(root.get(id) ?? id)
  // What a box waits for comes before it.
  for (const box of boxes) {
    const from = arrows.filter(({ to }) => to === box.id).map((arrow) => arrow.from)
    const [parent] = from.sort((a, b) => rootPlace(a) - rootPlace(b) || place(b) - place(a))
    if (parent === undefined) continue
    root.set(box.id, root.get(parent) ?? parent)
    push(below, parent, box)
    for (const other of from) if (root.get(other) === other && other !== root.get(box.id)) push(again, other, box)
  }
  return { below, again }
}

const boxName = (box: Box, width: number): string => {
  const { objects, deep } = box
  if (objects.length === 1) return shownName(objects[0] ?? '', width)
  const chain = deep > 2 ? `, up to ${count(deep)} in a row` : ''
  return shown(`${count(objects.length)} × ${kindsOf(box)} in ${placeOf(box)}${chain}`, width)
}

const others = (box: Box, root: Box): string => {
  const left = {
    causes: box.causes.filter((number) => !root.causes.includes(number)),
    behindMoving: box.behindMoving && root.role !== 'moving',
  }
  const says = waitsFor(left)
  return says === '' ? '' : `   waits for ${says} too`
}

class Drawing {
  readonly #picture: Picture
  readonly #grown: Grown
  readonly #options: TreeOptions
  readonly #width: number

  constructor(picture: Picture, options: TreeOptions) {
    this.#picture = picture
    this.#grown = grow(picture)
    this.#options = options
    this.#width = Math.min(Math.max(options.width, NARROWEST), WIDEST)
  }

  lines(): string[] {
    const fronts = this.#picture.boxes.filter(({ role }) => role !== 'waiting')
    const { paint } = this.#options
    const marks = { ready: 'done', moving: 'waiting', suspended: 'warning', unseen: 'unknown' } as const
    const colours = { done: 'green', waiting: 'cyan', warning: 'yellow', unknown: 'yellow' } as const
    const last = asides(this.#picture).map(({ mark, says }) => {
      const name = marks[mark]
      return `${paint(colours[name], MARKS[name])} ${shown(says, this.#width - 2)}`
    })
    return [
      shown(this.#options.headline, this.#width),
      ...fronts.flatMap((box) => this.#front(box)),
      ...(last.length > 0 ? ['', ...last] : []),
    ]
  }

  #front(box: Box): string[] {
    const { paint } = this.#options
    const number = box.role === 'moving' ? MARKS.waiting : numbers(box.causes)
    const head = paint(box.role === 'moving' ? 'cyan' : 'red', number)
    const says = this.#says(box, this.#width - columns(number) - 1)
    const room = this.#width - 2
    const more = says.slice(1).flatMap((line) => wrapped(line, room, 2).map((part) => `${this.#trunk(box)} ${part}`))
    return ['', `${head} ${paint('bold', says[0] ?? '')}`, ...more, ...this.#children(box, box, '')]
  }

  #trunk(box: Box): string {
    const { below, again } = this.#grown
    return below.has(box.id) || again.has(box.id) ? '│' : ' '
  }

  /** The first line names it. */
  #says(box: Box, width: number): string[] {
    const { takenAt } = this.#picture.diagnosis
    if (box.role === 'moving')
      return [shown(`${box.objects.length === 1 ? boxName(box, width) : plural(box.objects.length, 'object')} under way`, width)]
    const findings = findingsOf(this.#picture, box)
    const [first] = findings
    if (findings.length !== 1 || first === undefined)
      return [shown(`${count(findings.length)} more causes: ${kindsOf(box)} in ${placeOf(box)}`, width)]
    const age = ageOf(first.since, takenAt)
    const facts = [
      ...(box.suspended ? ['suspended'] : []),
      ...(first.blocks.length > 0 ? [`blocks ${count(first.blocks.length)}`] : []),
      ...(age === '' ? [] : [age]),
    ].join(', ')
    const also = first.also.length > 0 ? ` and ${count(first.also.length)} more` : ''
    const name = shownName(first.object, Math.max(20, width - columns(also) - columns(facts) - 3))
    return [
      `${name}${also}${facts === '' ? '' : `   ${facts}`}`,
      box.ring.length > 0 ? `they wait for each other: ${ringWords(box.ring)}` : first.says,
    ]
  }

  #children(box: Box, root: Box, indent: string): string[] {
    const below = this.#grown.below.get(box.id) ?? []
    const again = box === root ? (this.#grown.again.get(box.id) ?? []) : []
    const rows = [
      ...below.map((child) => (last: boolean) => this.#child(child, root, indent, last)),
      ...again
        .slice(0, MOST_AGAIN)
        .map((child) => (last: boolean) => [this.#row(indent, last, `${boxName(child, this.#width - 20)}   see above`)]),
      ...(again.length > MOST_AGAIN
        ? [(last: boolean) => [this.#row(indent, last, `and ${again.length - MOST_AGAIN} more, see above`)]]
        : []),
    ]
    return rows.flatMap((row, at) => row(at === rows.length - 1))
  }

  #row(indent: string, last: boolean, text: string): string {
    return `${indent}${last ? '└─' : '├─'} ${text}`
  }

  #child(box: Box, root: Box, indent: string, last: boolean): string[] {
    const more = others(box, root)
    const room = this.#width - columns(indent) - 3 - columns(more)
    return [this.#row(indent, last, `${boxName(box, room)}${more}`), ...this.#children(box, root, `${indent}${last ? '   ' : '│  '}`)]
  }
}

/** Ends with a newline. */
export const pictureTree = (picture: Picture, options: TreeOptions): string => `${new Drawing(picture, options).lines().join('\n')}\n`
