// Where the boxes of a picture stand: in front in one column and in their order, what waits for them in columns to the right, near what it waits for.
import type { Arrow, Box } from '../../diagnosis/picture.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Placed extends Size {
  readonly box: Box
  /** Of the upper left corner. */
  readonly x: number
  readonly y: number
}

export interface Way {
  readonly arrow: Arrow
  /** From where to where it goes level at which height: first the end of its box, last the beginning of the other, columns in between. */
  readonly stretches: readonly { readonly from: number; readonly to: number; readonly y: number }[]
}

export interface Layout extends Size {
  readonly placed: readonly Placed[]
  readonly ways: readonly Way[]
}

const BETWEEN_COLUMNS = 52
const BETWEEN_ROWS = 14
/** Of a way that leads through a column of boxes. */
const LANE = 8
const SWEEPS = 4
/** More boxes in front stand close together, wherever what waits for them is. */
const MOST_SPREAD = 8

/** A box, or the lane of an arrow through a column; `y` is its middle. */
interface Cell {
  readonly box?: Box
  readonly column: number
  readonly height: number
  readonly before: Cell[]
  readonly behind: Cell[]
  y: number
}

const round = (value: number): number => Math.round(value * 10) / 10

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

const link = (from: Cell, to: Cell): void => {
  from.behind.push(to)
  to.before.push(from)
}

const gap = (above: Cell, below: Cell): number => (above.box === undefined || below.box === undefined ? LANE : BETWEEN_ROWS)

/** From above, in their order: each where it would like to be, or below the one before it. What is in front is so at the top, where a reader begins. */
function settle(cells: readonly Cell[], wish: (cell: Cell) => number): void {
  for (const [at, cell] of cells.entries()) {
    const above = cells[at - 1]
    const free = above === undefined ? wish(cell) : above.y + (above.height + cell.height) / 2 + gap(above, cell)
    cell.y = Math.max(wish(cell), free)
  }
}

/** Columns by the longest way to them; boxes come in an order in which what they wait for is before them. */
function columnsOf(boxes: readonly Box[], arrows: readonly Arrow[]): Map<string, number> {
  const columns = new Map(boxes.map(({ id }) => [id, 0]))
  for (const { id } of boxes)
    for (const { from, to } of arrows) if (to === id) columns.set(id, Math.max(columns.get(id) ?? 0, (columns.get(from) ?? 0) + 1))
  return columns
}

function arrange(columns: readonly (readonly Cell[])[]): void {
  let sorted = columns
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    sorted = sorted.map((cells, column) => {
      const wish = ({ before, behind, y }: Cell): number => {
        if (column === 0) return behind.length === 0 ? y : Math.min(...behind.map((one) => one.y))
        return before.length === 0 ? y : mean(before.map((one) => one.y))
      }
      const order = column === 0 ? cells : [...cells].sort((a, b) => wish(a) - wish(b))
      settle(order, column === 0 && (sweep === 0 || cells.length > MOST_SPREAD) ? ({ y }) => y : wish)
      return order
    })
  }
}

interface Track {
  readonly arrow: Arrow
  readonly cells: readonly Cell[]
}

function cellsOf(
  boxes: readonly Box[],
  arrows: readonly Arrow[],
  heights: ReadonlyMap<string, number>,
): { columns: Cell[][]; tracks: Track[] } {
  const columnOf = columnsOf(boxes, arrows)
  const columns: Cell[][] = Array.from({ length: Math.max(...columnOf.values()) + 1 }, () => [])
  const add = (cell: Omit<Cell, 'before' | 'behind' | 'y'>): Cell => {
    const cells = columns[cell.column] ?? []
    const made = { ...cell, before: [], behind: [], y: cells.length }
    cells.push(made)
    return made
  }
  const byId = new Map(boxes.map((box) => [box.id, add({ box, column: columnOf.get(box.id) ?? 0, height: heights.get(box.id) ?? 0 })]))
  const tracks = arrows.map((arrow): Track => {
    const [start, end] = [byId.get(arrow.from) as Cell, byId.get(arrow.to) as Cell]
    const between = Array.from({ length: Math.max(0, end.column - start.column - 1) }, (_, at) =>
      add({ column: start.column + 1 + at, height: 0 }),
    )
    const cells = [start, ...between, end]
    for (const [at, cell] of cells.slice(1).entries()) link(cells[at] as Cell, cell)
    return { arrow, cells }
  })
  return { columns, tracks }
}

function layered(boxes: readonly Box[], arrows: readonly Arrow[], sizeOf: (box: Box) => Size): Layout {
  const sizes = new Map(boxes.map((box) => [box.id, sizeOf(box)]))
  const widthOf = ({ box }: Cell): number => (box === undefined ? 0 : (sizes.get(box.id)?.width ?? 0))
  const { columns, tracks } = cellsOf(boxes, arrows, new Map([...sizes].map(([id, { height }]) => [id, height])))
  arrange(columns)
  const widths = columns.map((cells) => Math.max(...cells.map(widthOf)))
  const left = widths.map((_, at) => widths.slice(0, at).reduce((sum, width) => sum + width + BETWEEN_COLUMNS, 0))
  const top = Math.min(...columns.flat().map(({ y, height }) => y - height / 2))
  const xOf = ({ column }: Cell): number => left[column] ?? 0
  const placed = columns.flat().flatMap((cell): Placed[] => {
    if (cell.box === undefined) return []
    return [{ box: cell.box, x: xOf(cell), y: round(cell.y - cell.height / 2 - top), width: widthOf(cell), height: cell.height }]
  })
  const ways = tracks.map(({ arrow, cells }): Way => {
    const stretches = cells.map((cell, at) => {
      const right = xOf(cell) + (cell.box === undefined ? (widths[cell.column] ?? 0) : widthOf(cell))
      return { from: at === 0 ? right : xOf(cell), to: at === cells.length - 1 ? xOf(cell) : right, y: round(cell.y - top) }
    })
    return { arrow, stretches }
  })
  return { placed, ways, ...extent(placed) }
}

/** Rows of boxes, as wide as is told. */
function shelf(boxes: readonly Box[], sizeOf: (box: Box) => Size, top: number, widest: number): Placed[] {
  const placed: Placed[] = []
  let [x, y, tallest] = [0, top, 0]
  for (const box of boxes) {
    const size = sizeOf(box)
    if (x > 0 && x + size.width > widest) [x, y, tallest] = [0, y + tallest + BETWEEN_ROWS, 0]
    placed.push({ box, x, y, ...size })
    x += size.width + BETWEEN_ROWS
    tallest = Math.max(tallest, size.height)
  }
  return placed
}

const extent = (placed: readonly Placed[]): Size => ({
  width: Math.max(0, ...placed.map(({ x, width }) => x + width)),
  height: Math.max(0, ...placed.map(({ y, height }) => y + height)),
})

/** Boxes that nothing waits for stand below, in rows as wide as the rest, `narrowest` at least. */
export function layoutOf(boxes: readonly Box[], arrows: readonly Arrow[], sizeOf: (box: Box) => Size, narrowest: number): Layout {
  const linked = new Set(arrows.flatMap(({ from, to }) => [from, to]))
  const main = boxes.filter(({ id }) => linked.has(id))
  const alone = boxes.filter(({ id }) => !linked.has(id))
  const { placed, ways, width, height } = main.length === 0 ? { placed: [], ways: [], width: 0, height: 0 } : layered(main, arrows, sizeOf)
  const all = [...placed, ...shelf(alone, sizeOf, main.length === 0 ? 0 : height + 2 * BETWEEN_ROWS, Math.max(width, narrowest))]
  return { placed: all, ways, ...extent(all) }
}
