// In which order suspended objects are let go: what others need is Ready before they are. What applies a suspended object is let go before it, and where it waits
// for what it applies, it cannot be Ready before that is: its proof comes later. Objects that are not chosen lead the order through, and are not part of it.
import { edgesOf } from '../../diagnosis/edges.ts'
import { knots } from '../../diagnosis/knots.ts'
import { kindOfObject, objectLabel } from '../../flux/kinds.ts'
import type { KubeObject } from '../../ports/kube.ts'

export interface Layer {
  /** Labels to be let go, all at once. */
  readonly resume: readonly string[]
  /** Labels that are to be Ready before the next layer. */
  readonly prove: readonly string[]
}

interface Node {
  readonly label: string
  readonly chosen: boolean
  /** Lowest layer of its kind. */
  readonly base: number
  readonly needs: readonly string[]
  readonly applies: readonly string[]
  /** It is Ready only when what it applies is. */
  readonly waits: boolean
}

const waitsForApplied = ({ kind, spec }: KubeObject): boolean =>
  kind === 'HelmRelease' || spec?.wait === true || (Array.isArray(spec?.healthChecks) && spec.healthChecks.length > 0)

function nodeOf(object: KubeObject, chosen: ReadonlySet<string>): Node {
  const label = objectLabel(object)
  const edges = edgesOf(object).filter(({ to }) => to !== label)
  return {
    label,
    chosen: chosen.has(label),
    // Sources, then charts and images, then what applies them.
    base: Math.min(kindOfObject(object)?.tier ?? 2, 2),
    needs: edges.filter(({ via }) => via !== 'applies').map(({ to }) => to),
    applies: edges.filter(({ via }) => via === 'applies').map(({ to }) => to),
    waits: waitsForApplied(object),
  }
}

/** Each after what it needs and after what applies it, so that one look at each is nearly enough. */
function needsFirst(nodes: ReadonlyMap<string, Node>): Node[] {
  const before = new Map([...nodes.values()].map(({ label, needs }) => [label, needs.filter((need) => nodes.has(need))]))
  for (const { label, applies } of nodes.values()) for (const child of applies) before.get(child)?.push(label)
  return knots(before)
    .flat()
    .flatMap((label) => nodes.get(label) ?? [])
}

/** Layer in which each is let go, and in which it is Ready. Grows until nothing changes; members of a circle would grow for ever, and stop. */
function levelsOf(nodes: ReadonlyMap<string, Node>): { gone: Map<string, number>; ready: Map<string, number> } {
  const gone = new Map([...nodes.values()].map(({ label, chosen, base }) => [label, chosen ? base : 0]))
  const ready = new Map(gone)
  const highest = 2 * [...nodes.values()].filter(({ chosen }) => chosen).length + 4
  const raise = (levels: Map<string, number>, label: string, to: number): boolean => {
    if (to <= (levels.get(label) ?? 0) || to > highest) return false
    levels.set(label, to)
    return true
  }
  const after = (label: string, level: number): number => level + (nodes.get(label)?.chosen === true ? 1 : 0)
  const visit = ({ label, needs, applies, waits }: Node): boolean => {
    let grew = false
    for (const need of needs) if (nodes.has(need)) grew = raise(gone, label, after(need, ready.get(need) ?? 0)) || grew
    grew = raise(ready, label, gone.get(label) ?? 0) || grew
    for (const child of applies) {
      if (!nodes.has(child)) continue
      grew = raise(gone, child, after(label, (waits ? gone : ready).get(label) ?? 0)) || grew
      if (waits) grew = raise(ready, label, ready.get(child) ?? 0) || grew
    }
    return grew
  }
  const inOrder = needsFirst(nodes)
  let grew = true
  while (grew) {
    grew = false
    for (const node of inOrder) grew = visit(node) || grew
  }
  return { gone, ready }
}

/** `objects`: all that are known, those that are not chosen as well. Each chosen label is in one `resume` and in one `prove`. */
export function resumeLayers(objects: readonly KubeObject[], labels: Iterable<string>): Layer[] {
  const chosen = new Set(labels)
  const nodes = new Map(objects.map((object) => [objectLabel(object), nodeOf(object, chosen)]))
  const { gone, ready } = levelsOf(nodes)
  const known = [...chosen].filter((label) => nodes.has(label)).sort()
  const levels = [...new Set(known.flatMap((label) => [gone.get(label) ?? 0, ready.get(label) ?? 0]))].sort((a, b) => a - b)
  return levels.map((level) => ({
    resume: known.filter((label) => gone.get(label) === level),
    prove: known.filter((label) => (ready.get(label) ?? 0) === level),
  }))
}
