// A diagnosis as a graph that can be read: causes in front, what waits for them behind, alike ones folded into one box until there are few enough.
import { FLUX_KINDS } from '../flux/kinds.ts'
import { type Diagnosis, reversed, ringOf } from './diagnose.ts'
import { type Fold, fold, type Waiting } from './picture-fold.ts'

export interface Box {
  /** Of this picture alone: `c1`, `m1`, `w1`. */
  readonly id: string
  /** `moving`: under way, and others wait for it. */
  readonly role: 'cause' | 'moving' | 'waiting'
  /** Numbers in the list of causes, from 1: which it is, or which it waits for, by way of others too. */
  readonly causes: readonly number[]
  /** It waits for something that is under way, by way of others too. */
  readonly behindMoving: boolean
  /** `Kind namespace/name`, sorted. */
  readonly objects: readonly string[]
  /** They wait for each other, in this order; empty where they do not. */
  readonly ring: readonly string[]
  /** Suspended by a person. */
  readonly suspended: boolean
  /** Objects in the longest chain inside of it. */
  readonly deep: number
}

export interface Arrow {
  readonly from: string
  /** The box that waits. */
  readonly to: string
  /** How many of its objects wait for one in `from`. */
  readonly count: number
}

export interface Picture {
  readonly diagnosis: Diagnosis
  readonly boxes: readonly Box[]
  /** Without circles, and without those that only repeat what a longer way says. */
  readonly arrows: readonly Arrow[]
  /** What each object that is not ready waits for. */
  readonly waits: ReadonlyMap<string, readonly string[]>
  /** Of each that waits: the next one on the shortest way to what is in front. */
  readonly next: ReadonlyMap<string, string>
  readonly ready: number
  /** Under way, and nothing waits for it. */
  readonly moving: readonly string[]
  /** Suspended by a person, and no cause. */
  readonly suspended: readonly string[]
}

/** For what waits. */
export interface Room {
  readonly boxes: number
  /** In a row, one waiting for the other. */
  readonly deep: number
}

/** Causes with a box of their own, where there are more than can have one. */
const OWN_BOXES = 18
const MOST_OWN_BOXES = 24
/** Of what is under way. */
const MOST_MOVING = 6

const KINDS = new Map(FLUX_KINDS.map(({ kind, tier }) => [kind, tier]))
const APPLIERS = new Set(['Kustomization', 'HelmRelease'])

const kindOf = (label: string): string => label.slice(0, label.indexOf(' '))

/** Sources, charts, what applies, what depends on that. */
function layerOf(label: string, on: readonly string[]): number {
  const tier = KINDS.get(kindOf(label)) ?? 2
  return tier < 2 ? tier : on.some((to) => APPLIERS.has(kindOf(to))) ? 3 : 2
}

type Front = Omit<Box, 'id'>

function causeFronts({ causes, suspended }: Diagnosis, on: ReadonlyMap<string, readonly string[]>): Front[] {
  const paused = new Set(suspended.map(({ object }) => object))
  const own = causes.length > MOST_OWN_BOXES ? OWN_BOXES : causes.length
  const single = causes.slice(0, own).map(({ object, also, state }, at): Front => {
    const members = [object, ...also]
    const ring = state === 'dependency-cycle' ? ringOf(members, on) : []
    const base = { role: 'cause', causes: [at + 1], behindMoving: false, deep: 1 } as const
    return { ...base, objects: ring.length > 0 ? members : [...members].sort(), ring, suspended: paused.has(object) }
  })
  if (own === causes.length) return single
  const rest = causes.slice(own).flatMap(({ object, also }) => [object, ...also])
  const numbers = causes.slice(own).map((_, at) => own + at + 1)
  return [...single, { role: 'cause', causes: numbers, behindMoving: false, objects: rest, ring: [], suspended: false, deep: 1 }]
}

function movingFronts(labels: readonly string[]): Front[] {
  const base = { role: 'moving', causes: [], behindMoving: false, ring: [], suspended: false, deep: 1 } as const
  if (labels.length > MOST_MOVING) return [{ ...base, objects: labels }]
  return labels.map((label) => ({ ...base, objects: [label] }))
}

/** Of each object behind the fronts: from which of them it is reached. */
function reached(fronts: readonly Front[], back: ReadonlyMap<string, readonly string[]>): Map<string, number[]> {
  const from = new Map<string, number[]>()
  const isFront = new Set(fronts.flatMap(({ objects }) => objects))
  for (const [at, { objects }] of fronts.entries()) {
    const queue = [...objects]
    for (const label of queue)
      for (const next of back.get(label) ?? []) {
        const known = from.get(next)
        if (isFront.has(next) || known?.at(-1) === at) continue
        if (known === undefined) from.set(next, [at])
        else known.push(at)
        queue.push(next)
      }
  }
  return from
}

/** From all fronts at once, so that the first to come is the nearest. */
function nextOf(fronts: readonly Front[], back: ReadonlyMap<string, readonly string[]>): Map<string, string> {
  const queue = fronts.flatMap(({ objects }) => objects)
  const inFront = new Set(queue)
  const next = new Map<string, string>()
  for (const label of queue)
    for (const one of back.get(label) ?? [])
      if (!inFront.has(one) && !next.has(one)) {
        next.set(one, label)
        queue.push(one)
      }
  return next
}

function waitingBox(one: Fold, fronts: readonly Front[]): Omit<Box, 'id'> {
  const behind = one.fronts.map((at) => fronts[at] as Front)
  return {
    role: 'waiting',
    causes: [...new Set(behind.flatMap(({ causes }) => causes))].sort((a, b) => a - b),
    behindMoving: behind.some(({ role }) => role === 'moving'),
    objects: one.objects,
    ring: [],
    suspended: false,
    deep: one.deep,
  }
}

function arrowsOf(boxes: readonly Box[], on: ReadonlyMap<string, readonly string[]>): Arrow[] {
  const boxOf = new Map(boxes.flatMap(({ id, objects }) => objects.map((label) => [label, id] as const)))
  const counts = new Map<string, number>()
  for (const { id, role, objects } of boxes) {
    if (role !== 'waiting') continue
    for (const label of objects) {
      const from = new Set((on.get(label) ?? []).map((to) => boxOf.get(to)))
      for (const one of from) if (one !== undefined && one !== id) counts.set(`${one} ${id}`, (counts.get(`${one} ${id}`) ?? 0) + 1)
    }
  }
  return [...counts].map(([key, count]) => ({ from: key.split(' ')[0] ?? '', to: key.split(' ')[1] ?? '', count }))
}

/** `boxes` in an order in which what each waits for comes before it. */
function shortened(boxes: readonly Box[], arrows: readonly Arrow[]): Arrow[] {
  const before = new Map<string, Set<string>>()
  const into = new Map<string, Arrow[]>()
  for (const arrow of arrows) into.set(arrow.to, [...(into.get(arrow.to) ?? []), arrow])
  const behind = (id: string): ReadonlySet<string> => before.get(id) ?? new Set()
  for (const { id } of boxes) before.set(id, new Set((into.get(id) ?? []).flatMap(({ from }) => [from, ...behind(from)])))
  return arrows.filter(({ from, to }) => !(into.get(to) ?? []).some((other) => behind(other.from).has(from)))
}

/** The same diagnosis and room give the same picture. */
export function pictureOf(diagnosis: Diagnosis, room: Room): Picture {
  const on = new Map(diagnosis.waits.map(({ object, for: targets }) => [object, targets]))
  const back = reversed(on)
  const awaited = diagnosis.moving.filter(({ object }) => back.has(object)).map(({ object }) => object)
  const fronts = [...causeFronts(diagnosis, on), ...movingFronts(awaited.sort())]
  const causes = new Set(diagnosis.causes.flatMap(({ object, also }) => [object, ...also]))
  const waiting = [...reached(fronts, back)]
    .map(([label, from]): Waiting => ({ label, fronts: from, layer: layerOf(label, on.get(label) ?? []) }))
    .sort((a, b) => (a.label < b.label ? -1 : 1))
  const behind = fold(waiting, on, room)
  const counts: Record<string, number> = {}
  const boxes = [...fronts, ...behind.map((one) => waitingBox(one, fronts))].map((box): Box => {
    const letter = box.role.charAt(0)
    counts[letter] = (counts[letter] ?? 0) + 1
    return { id: `${letter}${counts[letter]}`, ...box }
  })
  const moving = diagnosis.moving.map(({ object }) => object).filter((label) => !back.has(label))
  const suspended = diagnosis.suspended.map(({ object }) => object).filter((label) => !causes.has(label))
  // By its own account a cause may be ready: a source whose artifact is gone, a Provider, which has none.
  const boxed = boxes.flatMap(({ objects }) => objects).filter((label) => KINDS.has(kindOf(label)))
  return {
    diagnosis,
    boxes,
    arrows: shortened(boxes, arrowsOf(boxes, on)),
    waits: on,
    next: nextOf(fronts, back),
    ready: diagnosis.objects - boxed.length - moving.length - suspended.length,
    moving,
    suspended,
  }
}
