// What of a storm is broken so far.
import { edgesOf } from '../../../../src/diagnosis/edges.ts'
import { objectLabel } from '../../../../src/flux/kinds.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'
import type { Fleet } from './fleet.ts'

export interface Planted {
  /** Of what was broken; of a circle all of its members. */
  readonly labels: readonly string[]
  readonly state: string
}

export interface Plan {
  all: KubeObject[]
  readonly broken: Set<string>
  /** Ready by their own account, and their artifacts are gone. */
  readonly lost: Set<string>
  readonly planted: Planted[]
  readonly events: KubeObject[]
  readonly needed: ReadonlySet<string>
  /** Those whose artifact somebody asks source-controller for. */
  readonly fetched: ReadonlySet<string>
  readonly fleet: Fleet
  /** Kustomizations of this shard are looked at by nobody. */
  stopped?: string | undefined
}

/** Who commits clones by itself. */
const FETCHES = new Set(['Kustomization', 'HelmRelease', 'HelmChart'])

export const planOf = (all: KubeObject[], fleet: Fleet): Plan => {
  const needed = all.flatMap((one) => edgesOf(one).map(({ to, via }) => ({ to, fetches: via !== 'dependsOn' && FETCHES.has(one.kind) })))
  return {
    all,
    broken: new Set(),
    lost: new Set(),
    planted: [],
    events: [],
    needed: new Set(needed.map(({ to }) => to)),
    fetched: new Set(needed.filter(({ fetches }) => fetches).map(({ to }) => to)),
    fleet,
  }
}

/** Whether one of them is needed by it, by way of others. */
function needsAny(label: string, some: ReadonlySet<string>, byLabel: ReadonlyMap<string, KubeObject>): boolean {
  const queue = [label]
  const seen = new Set(queue)
  for (const at of queue)
    for (const { to } of edgesOf(byLabel.get(at) ?? ({} as KubeObject)))
      if (some.has(to)) return true
      else if (!seen.has(to)) {
        seen.add(to)
        queue.push(to)
      }
  return false
}

/** What waits for another broken one says that, and nothing of its own. */
export function touches(label: string, { all, broken }: Plan, byLabel = new Map(all.map((one) => [objectLabel(one), one]))): boolean {
  return broken.has(label) || needsAny(label, broken, byLabel) || [...broken].some((one) => needsAny(one, new Set([label]), byLabel))
}
