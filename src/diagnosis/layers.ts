// The health of Flux by what stands on what: sources, charts and images, what applies them, in the order of dependsOn, and what notifies.
import type { VerdictState } from '../flux/conditions.ts'
import { kindOfObject } from '../flux/kinds.ts'
import { edgesOf } from './edges.ts'
import { isWell, type Sighting, type World } from './world.ts'

export type States = Readonly<Partial<Record<VerdictState, number>>>

export interface Layer {
  /** `sources`, `charts and images`, `applied first`, `applied 2`, …, `automation and notifications`. */
  readonly name: string
  readonly total: number
  readonly states: States
  /** Whether all of it is ready, or suspended by a person. */
  readonly well: boolean
  readonly kinds: readonly { readonly kind: string; readonly total: number; readonly states: States }[]
}

/** Deeper ones are told together. */
const DEEPEST = 8

const countStates = (of: readonly Sighting[]): States => {
  const states: Partial<Record<VerdictState, number>> = {}
  for (const { verdict } of of) states[verdict.state] = (states[verdict.state] ?? 0) + 1
  return states
}

/** How many others have to be ready before it, one behind another. In a circle each counts once. No recursion: a chain may be thousands long. */
function depths(world: World): ReadonlyMap<string, number> {
  const depth = new Map<string, number>()
  const under = new Set<string>()
  for (const start of world.sightings.keys()) {
    const stack = [start]
    for (let label = stack.at(-1); label !== undefined; label = stack.at(-1)) {
      const needs = needsOf(label, world)
      const open = under.has(label) ? [] : needs.filter((to) => !depth.has(to) && !under.has(to))
      under.add(label)
      if (open.length > 0) stack.push(...open)
      else {
        stack.pop()
        if (!depth.has(label)) depth.set(label, Math.max(0, ...needs.map((to) => (depth.get(to) ?? -1) + 1)))
      }
    }
  }
  return depth
}

const needsOf = (label: string, { sightings }: World): string[] => {
  const sighting = sightings.get(label)
  if (sighting === undefined) return []
  return edgesOf(sighting.object).flatMap(({ via, to }) => (via === 'dependsOn' && sightings.has(to) ? [to] : []))
}

const APPLYING = new Set(['Kustomization', 'HelmRelease'])

function layerNameOf({ object, label }: Sighting, depth: ReadonlyMap<string, number>): string {
  if (APPLYING.has(object.kind)) {
    const at = (depth.get(label) ?? 0) + 1
    return at === 1 ? 'applied first' : at < DEEPEST ? `applied ${at}` : `applied ${DEEPEST} and later`
  }
  const tier = kindOfObject(object)?.tier ?? 3
  return tier === 0 ? 'sources' : tier === 1 || object.kind === 'ImagePolicy' ? 'charts and images' : 'automation and notifications'
}

const ORDER = (name: string): number => {
  if (name === 'sources') return 0
  if (name === 'charts and images') return 1
  return name.startsWith('applied') ? 1 + (name === 'applied first' ? 1 : Number.parseInt(name.slice('applied '.length), 10)) : 100
}

function groupBy<T>(all: Iterable<T>, keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const key = keyOf(one)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [one])
    else group.push(one)
  }
  return groups
}

/** Those that have objects, what stands below first. */
export function layersOf(world: World): Layer[] {
  const depth = depths(world)
  const groups = groupBy(world.sightings.values(), (sighting) => layerNameOf(sighting, depth))
  const layers = [...groups].map(([name, all]) => ({
    name,
    total: all.length,
    states: countStates(all),
    well: all.every(isWell),
    kinds: [...groupBy(all, ({ object }) => object.kind)].map(([kind, some]) => ({ kind, total: some.length, states: countStates(some) })),
  }))
  return layers.sort((a, b) => ORDER(a.name) - ORDER(b.name))
}
