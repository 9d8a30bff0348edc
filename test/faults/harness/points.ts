// A kill point names a moment of a run by what happens there, not by a number: so that it means the same in a run that was taken up again.
import type { RunEvent } from '../../../src/engine/events.ts'

export type KillPoint =
  /** `after`: the line is on the disk. `before`: instead of writing it. `torn`: half of its bytes are on the disk. */
  | { readonly where: 'after' | 'before' | 'torn'; readonly event: string }
  /** While the `call`-th write of this process inside `step`, or the first that is called `what`, is under way; what was started goes on without us. */
  | { readonly where: 'middle'; readonly step: string; readonly call?: number; readonly of?: number; readonly what?: string }

/** What the child writes down about a run, one JSON line each. */
export type Seen =
  | { readonly type: 'run'; readonly run: string }
  | { readonly type: 'event'; readonly event: string; readonly kind?: string }
  | { readonly type: 'call'; readonly step: string; readonly call: number; readonly what: string }
  | { readonly type: 'argv'; readonly argv: readonly string[] }
  | { readonly type: 'kill'; readonly point: KillPoint }

/** The lease is taken and given back outside of any step. */
export const LEASE_TAKEN = 'take-lease'
export const LEASE_GIVEN_BACK = 'give-lease-back'

export const eventName = (event: RunEvent): string => ('id' in event ? `${event.type} ${event.id}` : event.type)

const MOMENTS: Readonly<Record<string, string>> = {
  'after step.started write': 'just before its effect',
  'before step.finished write': 'just after its effect',
  'after step.started read': 'before its first look',
  'before step.finished read': 'after its last look',
}

/** `push: just after its effect`, `apply: in the middle, call 1 of 2, kubectl apply`, `torn line, plan.made`. */
export function pointName(point: KillPoint, kinds: ReadonlyMap<string, string>): string {
  if (point.where === 'middle') {
    const call = point.call === undefined ? '' : `, call ${point.call}`
    return `${point.step}: in the middle${call}${point.of === undefined ? '' : ` of ${point.of}`}${point.what === undefined ? '' : `, ${point.what}`}`
  }
  const [type = '', id] = point.event.split(' ')
  const subject = id === undefined ? type : `${id}: ${type}`
  if (point.where === 'torn') return `${subject}, the line is torn`
  const moment = MOMENTS[`${point.where} ${type} ${kinds.get(id ?? '') ?? ''}`]
  if (moment !== undefined) return `${id}: ${moment}`
  return point.where === 'after' ? `${subject} is written` : `${subject} is not written`
}

/** A step that patches the same object once more has found Flux slow: how often, no two runs agree on. */
const isAgain = (calls: readonly string[], what: string): boolean => what.startsWith('patch ') && calls.includes(what)

const byStep = (seen: readonly Seen[]): Map<string, string[]> => {
  const calls = new Map<string, string[]>()
  for (const each of seen) {
    if (each.type !== 'call') continue
    const before = calls.get(each.step) ?? []
    if (!isAgain(before, each.what)) calls.set(each.step, [...before, each.what])
  }
  return calls
}

/** Of many calls of one sort the first, the one in the middle and the last stand for all. */
const chosen = (count: number, most: number): number[] => {
  if (count <= most) return Array.from({ length: count }, (_, index) => index + 1)
  return [...new Set([1, Math.ceil(count / 2), count])]
}

/** Points inside the effects, at most `most` of each step. */
const middles = (seen: readonly Seen[], most: number): KillPoint[] =>
  [...byStep(seen)].flatMap(([step, calls]) =>
    chosen(calls.length, most).map((call) => ({ where: 'middle', step, call, of: calls.length, what: calls[call - 1] ?? '' }) as const),
  )

const events = (seen: readonly Seen[]): string[] => seen.flatMap((each) => (each.type === 'event' ? [each.event] : []))

const afterEvent = (event: string): KillPoint => ({ where: 'after', event })

export interface Listed {
  readonly points: readonly KillPoint[]
  name(point: KillPoint): string
}

/**
 * Every moment of a recorded run, in its order: after each journal line; before each line that ends something; in the middle of the writes; and one
 * torn line of each type. Before a line that follows another at once is the same moment as after that other.
 */
export function listPoints(seen: readonly Seen[], most = 4): Listed {
  const kinds = new Map(
    seen.flatMap((each) => (each.type === 'event' && each.kind ? [[each.event.split(' ')[1] ?? '', each.kind] as const] : [])),
  )
  const torn = new Set<string>()
  const inside = middles(seen, most)
  const points: KillPoint[] = []
  for (const event of events(seen)) {
    const [type = '', id] = event.split(' ')
    if (!torn.has(type)) points.push({ where: 'torn', event })
    torn.add(type)
    if (type === 'plan.made') points.push(...inside.filter((point) => 'step' in point && point.step === LEASE_TAKEN))
    if (['step.finished', 'undo.finished', 'run.finished', 'plan.made'].includes(type)) points.push({ where: 'before', event })
    points.push(afterEvent(event))
    if (type === 'step.started' || type === 'undo.started') points.push(...inside.filter((point) => 'step' in point && point.step === id))
    if (type === 'run.finished') points.push(...inside.filter((point) => 'step' in point && point.step === LEASE_GIVEN_BACK))
  }
  return { points, name: (point) => pointName(point, kinds) }
}
