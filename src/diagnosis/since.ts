// Since when an object is in trouble. The time of a condition is that of the last try: Flux sets it anew whenever the text changes, and between two tries it says "in
// progress". The events of the same trouble tell its beginning, and the last success how far back that can be.
import type { KubeObject } from '../ports/kube.ts'
import { windowMs } from './tried-again.ts'
import { partOf, partsOf, textOf as text } from './well-formed.ts'
import { conditionsOf, eventTime, type Sighting, type World } from './world.ts'

const WENT_WELL = new Set(['ReconciliationSucceeded', 'deployed'])

/** RFC 3339; '' where nothing tells of one. */
function lastSuccess({ status }: KubeObject): string {
  const tries = partsOf(status?.history).map(({ lastReconciledStatus, lastReconciled, status: state, lastDeployed }) => ({
    how: text(lastReconciledStatus) || text(state),
    at: text(lastReconciled) || text(lastDeployed),
  }))
  const times = [...tries.filter(({ how }) => WENT_WELL.has(how)).map(({ at }) => at), text(partOf(status?.artifact).lastUpdateTime)]
  return times.filter(isTime).sort(byTime).at(-1) ?? ''
}

const isTime = (at: string): boolean => !Number.isNaN(Date.parse(at))
const byTime = (one: string, other: string): number => Date.parse(one) - Date.parse(other)

/** Warnings of the same trouble: with the same words, or of the same reason and no older than the try before this one. */
function told({ object, label, verdict }: Sighting, world: World): KubeObject[] {
  const oldest = Date.parse(verdict.since ?? world.snapshot.takenAt) - windowMs(object)
  return world
    .events(label)
    .filter((event) => event.message === verdict.message || (event.reason === verdict.reason && Date.parse(eventTime(event)) >= oldest))
}

/** RFC 3339; null where nobody said. */
export function sinceOf(sighting: Sighting, world: World): string | null {
  const { object, verdict } = sighting
  const said = verdict.since ?? null
  if (verdict.state !== 'failed') return said
  const same = conditionsOf(object).filter(({ reason, message }) => reason === verdict.reason && message === verdict.message)
  const events = told(sighting, world).flatMap((event) => [text(event.firstTimestamp), eventTime(event)])
  const well = lastSuccess(object)
  const times = [said ?? '', ...same.map(({ at }) => at ?? ''), ...events]
    .filter(isTime)
    .filter((at) => well === '' || byTime(at, well) >= 0)
  return times.sort(byTime)[0] ?? said
}
