// What stands still because somebody said so: who, why, since when, and how many wait for it. The forgotten come first.
import { type Suspension, suspensionOf } from '../flux/suspension.ts'
import { textOf } from './well-formed.ts'
import type { Sighting } from './world.ts'

export interface Suspended extends Suspension {
  /** `Kind namespace/name` */
  readonly object: string
  /** What its controller said last. */
  readonly says: string
  /** Objects that are not ready because of it. */
  readonly waiting: number
}

const clean = (text: string | null): string | null => (text === null ? null : textOf(text))

/** Where others wrote freely, in the shape in which a diagnosis holds texts. */
const bounded = (suspension: Suspension): Suspension => ({
  ...suspension,
  by: clean(suspension.by),
  manager: clean(suspension.manager),
  reason: clean(suspension.reason),
  heldBy: clean(suspension.heldBy),
})

/** `waiting`: how many wait for this label. `now`: RFC 3339. */
export function suspendedOf(sightings: readonly Sighting[], waiting: (label: string) => number, now: string): Suspended[] {
  const found = sightings.flatMap(({ object, label, verdict }) => {
    const suspension = verdict.state === 'suspended' ? suspensionOf(object, now) : undefined
    return suspension === undefined ? [] : [{ object: label, says: verdict.message, ...bounded(suspension), waiting: waiting(label) }]
  })
  return found.sort((a, b) => Number(b.forgotten) - Number(a.forgotten) || b.waiting - a.waiting || a.object.localeCompare(b.object))
}
