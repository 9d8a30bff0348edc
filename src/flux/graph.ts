// The order in which a reconcile is asked for. A cycle of dependsOn must not stop the rest: its members come last and are told.
import type { KubeObject } from '../ports/kube.ts'
import { groupOf, kindOfObject, objectLabel } from './kinds.ts'

export type ReconcileOrder = {
  /** Every object once: sources, then what depends on nothing, then the rest; members of cycles and what waits for them last. */
  readonly order: readonly KubeObject[]
  /** `Kind namespace/name` chains, first repeated at the end. */
  readonly cycles: readonly (readonly string[])[]
  /** dependsOn that names nothing that was given. */
  readonly missing: readonly { readonly from: string; readonly to: string }[]
}

const keyOf = (group: string, kind: string, namespace: string | undefined, name: string): string =>
  `${group}/${kind}/${namespace ?? ''}/${name}`

const keyOfObject = (object: KubeObject): string =>
  keyOf(groupOf(object.apiVersion), object.kind, object.metadata.namespace, object.metadata.name)

/** dependsOn names objects of the same kind, in the same namespace unless it says another. */
function dependenciesOf(object: KubeObject): { key: string; label: string }[] {
  const raw: unknown = object.spec?.dependsOn
  if (!Array.isArray(raw)) return []

  return raw
    .filter((each) => typeof each?.name === 'string')
    .map((each) => {
      const namespace = typeof each.namespace === 'string' && each.namespace !== '' ? each.namespace : object.metadata.namespace
      return {
        key: keyOf(groupOf(object.apiVersion), object.kind, namespace, each.name),
        label: `${object.kind} ${namespace}/${each.name}`,
      }
    })
}

/** One cycle through `start` among the nodes that could not be ordered: follow any dependency that is left until one comes twice. */
function cycleFrom(start: string, edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const path: string[] = []
  let at: string | undefined = start
  while (at !== undefined && !path.includes(at)) {
    path.push(at)
    at = edges.get(at)?.find((to) => edges.has(to))
  }
  return at === undefined ? undefined : [...path.slice(path.indexOf(at)), at]
}

function cyclesIn(left: ReadonlyMap<string, readonly string[]>): string[][] {
  const found = new Map<string, string[]>()
  const seen = new Set<string>()
  for (const start of left.keys()) {
    if (seen.has(start)) continue
    const cycle = cycleFrom(start, left)
    for (const member of cycle ?? []) seen.add(member)
    if (cycle) found.set([...new Set(cycle)].sort().join(' '), cycle)
  }
  return [...found.values()]
}

/** Sources and charts before what applies them; among equals dependencies first, then as given. Cycle safe, linear in objects and edges. */
export function reconcileOrder(objects: readonly KubeObject[]): ReconcileOrder {
  const byKey = new Map(objects.map((object) => [keyOfObject(object), object]))
  const label = (key: string): string => objectLabel(byKey.get(key) as KubeObject)
  const missing: { from: string; to: string }[] = []
  const left = new Map<string, readonly string[]>()
  for (const [key, object] of byKey) {
    const dependencies = dependenciesOf(object)
    for (const each of dependencies) {
      if (!byKey.has(each.key)) missing.push({ from: objectLabel(object), to: each.label })
    }
    left.set(
      key,
      dependencies.map((each) => each.key).filter((each) => byKey.has(each)),
    )
  }

  const order: string[] = takeFree(left)
  const cycles = cyclesIn(left).map((cycle) => cycle.map(label))
  const tier = (key: string): number => kindOfObject(byKey.get(key) as KubeObject)?.tier ?? 9
  const sorted = [...order].sort((a, b) => tier(a) - tier(b))

  return { order: [...sorted, ...left.keys()].map((key) => byKey.get(key) as KubeObject), cycles, missing }
}

/** Takes what depends on nothing that is left, level by level, out of `left`. */
function takeFree(left: Map<string, readonly string[]>): string[] {
  const order: string[] = []
  const waits = new Map([...left].map(([key, to]) => [key, new Set(to).size]))
  const dependants = new Map<string, string[]>()
  for (const [key, to] of left) {
    for (const each of new Set(to)) {
      const known = dependants.get(each)
      if (known) known.push(key)
      else dependants.set(each, [key])
    }
  }
  let free = [...waits].filter(([, count]) => count === 0).map(([key]) => key)
  while (free.length > 0) {
    const next: string[] = []
    for (const key of free) {
      order.push(key)
      left.delete(key)
      for (const dependant of dependants.get(key) ?? []) {
        const count = (waits.get(dependant) ?? 0) - 1
        waits.set(dependant, count)
        if (count === 0) next.push(dependant)
      }
    }
    free = next
  }
  return order
}
