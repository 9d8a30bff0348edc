// Strongly connected parts of a graph (Tarjan), without recursion: a chain may be thousands long.

interface Frame {
  readonly node: string
  readonly to: readonly string[]
  at: number
}

/** Every node once, each part behind the parts that it leads to. */
export function knots(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const on = new Set<string>()
  const found: string[][] = []
  const enter = (node: string): Frame => {
    index.set(node, index.size)
    low.set(node, index.get(node) as number)
    stack.push(node)
    on.add(node)
    return { node, to: edges.get(node) ?? [], at: 0 }
  }
  const lower = (node: string, to: number): void => void low.set(node, Math.min(low.get(node) as number, to))
  for (const start of edges.keys()) {
    if (index.has(start)) continue
    const frames = [enter(start)]
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const next = frame.to[frame.at++]
      if (next === undefined) {
        frames.pop()
        const above = frames.at(-1)
        if (above !== undefined) lower(above.node, low.get(frame.node) as number)
        if (low.get(frame.node) === index.get(frame.node)) found.push(takeFrom(stack, on, frame.node))
      } else if (!index.has(next)) frames.push(enter(next))
      else if (on.has(next)) lower(frame.node, index.get(next) as number)
    }
  }
  return found
}

function takeFrom(stack: string[], on: Set<string>, last: string): string[] {
  const part: string[] = []
  for (;;) {
    const node = stack.pop() as string
    on.delete(node)
    part.push(node)
    if (node === last) return part.reverse()
  }
}
