// From what was seen to the causes: what only waits for another is folded under it, what waits in a circle is one cause, and the rest is explained.
import { blameOf, type Down } from './blame.ts'
import { type DownController, downControllers } from './controllers.ts'
import type { Explanation, Finding } from './finding.ts'
import { knots } from './knots.ts'
import { missingControllers } from './missing-controllers.ts'
import { heldNamespaces } from './namespaces.ts'
import { downFor } from './shards.ts'
import { sinceOf } from './since.ts'
import type { SeenCluster, Snapshot, Unseen } from './snapshot.ts'
import { explain } from './states/index.ts'
import { type Suspended, suspendedOf } from './suspended.ts'
import { isWell, type Sighting, type World, worldOf } from './world.ts'

export interface Told {
  readonly object: string
  readonly says: string
  readonly since: string | null
}

/** What an object that is not ready waits for: `Kind namespace/name`. */
export interface Wait {
  readonly object: string
  readonly for: readonly string[]
}

export interface Diagnosis {
  readonly cluster: SeenCluster
  readonly takenAt: string
  /** How many objects of Flux there are. */
  readonly objects: number
  /** How many of them are not ready. */
  readonly notReady: number
  /** What blocks most comes first. */
  readonly causes: readonly Finding[]
  /** Under way, and with nothing in their way that can be seen. */
  readonly moving: readonly Told[]
  /** Of each that waits for others, and does not say what is wrong with itself. */
  readonly waits: readonly Wait[]
  /** The forgotten first. */
  readonly suspended: readonly Suspended[]
  readonly unseen: readonly Unseen[]
}

interface Blames {
  /** What each object that is not well waits for. */
  readonly on: ReadonlyMap<string, readonly string[]>
  readonly down: ReadonlyMap<string, DownController>
}

function blamesOf(world: World): Blames {
  const down = new Map([...downControllers(world), ...missingControllers(world)].map((controller) => [controller.label, controller]))
  const missing = new Map(
    [...down.values()].flatMap(({ component, label, isMissing }) => (isMissing ? [[component as string, label]] : [])),
  )
  const labels = new Set([...down.values()].filter(({ stillRuns }) => !stillRuns).map(({ label }) => label))
  const downOf: Down = (component, object) => missing.get(component ?? '') ?? downFor(component, object, world.watchers, labels)
  const on = new Map<string, readonly string[]>([...[...down.keys()].map((label) => [label, []] as const), ...heldNamespaces(world)])
  for (const sighting of world.sightings.values()) if (!isWell(sighting)) on.set(sighting.label, blameOf(sighting, world, downOf))
  // A suspended one that others wait for is no symptom of anything: a person has stopped it.
  for (const targets of [...on.values()]) for (const to of targets) if (!on.has(to)) on.set(to, [])
  return { on, down }
}

/** Everything that waits for a part, by way of others. */
function waitingFor(part: readonly string[], back: ReadonlyMap<string, readonly string[]>): string[] {
  const seen = new Set(part)
  const queue = [...part]
  for (let at = 0; at < queue.length; at++)
    for (const from of back.get(queue[at] as string) ?? [])
      if (!seen.has(from)) {
        seen.add(from)
        queue.push(from)
      }
  return queue.slice(part.length)
}

export function reversed(edges: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const back = new Map<string, string[]>()
  for (const [from, targets] of edges)
    for (const to of targets) {
      const known = back.get(to)
      if (known === undefined) back.set(to, [from])
      else known.push(from)
    }
  return back
}

/** A way round in a part whose members wait for each other: each waits for the next, the last for the first. Not always through all of them. */
export function ringOf(part: readonly string[], on: ReadonlyMap<string, readonly string[]>): string[] {
  const members = new Set(part)
  const path = new Set<string>()
  let at = part[0]
  for (; at !== undefined && !path.has(at); at = on.get(at)?.find((to) => members.has(to))) path.add(at)
  const ring = [...path]
  return ring.slice(Math.max(0, ring.indexOf(at ?? '')))
}

function circle(part: readonly string[], on: ReadonlyMap<string, readonly string[]>): Explanation {
  const path = ringOf(part, on)
  const says = [...path, path[0]].join(' → ')
  return {
    state: 'dependency-cycle',
    says: `they wait for each other: ${says}`,
    certainty: 'certain',
    evidence: [{ kind: 'spec', what: 'spec.dependsOn', text: says, at: null }],
    fixes: [{ rank: 'person', says: 'take one of these edges out, in git', commands: [] }],
  }
}

const isKnot = (part: readonly string[], on: ReadonlyMap<string, readonly string[]>): boolean =>
  part.length > 1 || on.get(part[0] as string)?.includes(part[0] as string) === true

const told = ({ label, verdict }: Sighting): Told => ({ object: label, says: verdict.message, since: verdict.since ?? null })

export const diagnose = (snapshot: Snapshot): Diagnosis => diagnosisOf(worldOf(snapshot))

export function diagnosisOf(world: World): Diagnosis {
  const { snapshot } = world
  const { on, down } = blamesOf(world)
  const back = reversed(on)
  const moving: Told[] = []
  const causes: Finding[] = []
  for (const part of knots(on)) {
    const [object = ''] = part
    const inKnot = isKnot(part, on)
    const members = new Set(part)
    // What leads out of it is explained there.
    if (part.some((one) => on.get(one)?.some((to) => !members.has(to)))) continue
    const sighting = world.sightings.get(object)
    const controller = down.get(object)
    const explanation = inKnot ? circle(part, on) : (controller?.explanation ?? (sighting && explain(sighting, world)))
    if (explanation === undefined) {
      if (sighting !== undefined) moving.push(told(sighting))
      continue
    }
    const since = inKnot ? null : (controller?.since ?? (sighting === undefined ? null : sinceOf(sighting, world)))
    causes.push({ ...explanation, object, also: part.slice(1), since, blocks: waitingFor(part, back).sort() })
  }
  const sightings = [...world.sightings.values()]
  return {
    cluster: snapshot.cluster,
    takenAt: snapshot.takenAt,
    objects: sightings.length,
    notReady: sightings.filter((sighting) => !isWell(sighting)).length,
    causes: causes.sort((a, b) => b.blocks.length - a.blocks.length || a.object.localeCompare(b.object)),
    moving,
    waits: [...on].filter(([, targets]) => targets.length > 0).map(([object, targets]) => ({ object, for: targets })),
    suspended: suspendedOf(sightings, (label) => waitingFor([label], back).length, snapshot.takenAt),
    unseen: snapshot.unseen,
  }
}
