// The snapshot by name: objects, what each reports, what was said about it.
import { type Verdict, verdict } from '../flux/conditions.ts'
import { objectLabel } from '../flux/kinds.ts'
import type { KubeObject } from '../ports/kube.ts'
import { lastFailure } from './dispatches.ts'
import { type Watcher, watchersOf } from './shards.ts'
import type { Snapshot } from './snapshot.ts'
import { isCutShort, lastTry } from './tried-again.ts'
import { partsOf, textOf, wellFormed, wellFormedEvent } from './well-formed.ts'

export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly at: string | null
}

export interface Sighting {
  readonly object: KubeObject
  /** `Kind namespace/name`: Flux has no two kinds of one name. */
  readonly label: string
  readonly verdict: Verdict
  /** It is being tried again right now, and the verdict is of the try before. */
  readonly triedAgain?: boolean
}

export interface World {
  readonly snapshot: Snapshot
  readonly sightings: ReadonlyMap<string, Sighting>
  readonly watchers: readonly Watcher[]
  /** Warnings about an object, newest first. */
  events(label: string): readonly KubeObject[]
}

export function conditionsOf({ status }: KubeObject): Condition[] {
  return partsOf(status?.conditions).map((one) => ({
    type: textOf(one.type),
    status: textOf(one.status),
    reason: textOf(one.reason),
    message: textOf(one.message),
    at: textOf(one.lastTransitionTime) || null,
  }))
}

/** RFC 3339; '' where it does not tell. */
export const eventTime = (event: KubeObject): string =>
  textOf(event.series?.lastObservedTime) ||
  textOf(event.lastTimestamp) ||
  textOf(event.eventTime) ||
  textOf(event.metadata.creationTimestamp)

function eventsByLabel(events: readonly KubeObject[]): Map<string, KubeObject[]> {
  const byLabel = new Map<string, KubeObject[]>()
  for (const event of events) {
    const { kind, namespace, name } = event.involvedObject
    if (kind === '' || name === '') continue
    const label = objectLabel({ kind, metadata: namespace === '' ? { name } : { name, namespace } })
    const known = byLabel.get(label)
    if (known === undefined) byLabel.set(label, [event])
    else known.push(event)
  }
  for (const known of byLabel.values()) known.sort((a, b) => eventTime(b).localeCompare(eventTime(a)))
  return byLabel
}

interface Warned {
  readonly reason: string
  readonly message: string
  readonly at: string
  readonly first: string
}

const warned = (event: KubeObject): Warned => ({
  reason: textOf(event.reason),
  message: textOf(event.message),
  at: eventTime(event),
  first: textOf(event.firstTimestamp) || eventTime(event),
})

/** One that is in the middle of another try counts as what the last try has shown. */
function sightingOf(object: KubeObject, label: string, event: KubeObject | undefined, now: string): Sighting {
  const stands = verdict(object)
  const isCut = stands.state === 'failed' && !stands.terminal && isCutShort(stands.message)
  const current: Verdict = isCut ? { ...stands, state: 'progressing' } : stands
  const last = lastTry(object, current, event && warned(event), now)
  if (last === undefined) return { object, label, verdict: current }
  const { since, ...said } = last
  return { object, label, verdict: { ...current, ...said, state: 'failed', ...(since === null ? {} : { since }) }, triedAgain: true }
}

/** It has no status: what becomes of its notifications is told by warnings alone. */
function alertOf(object: KubeObject, label: string, snapshot: Snapshot, events: readonly KubeObject[]): Sighting {
  const { namespace } = object.metadata
  const name = textOf(object.spec?.providerRef?.name)
  const provider = snapshot.objects.find(
    ({ kind, metadata }) => kind === 'Provider' && metadata.name === name && metadata.namespace === namespace,
  )
  const failure = lastFailure(object, provider, events.map(warned), snapshot.takenAt)
  const stands = verdict(object)
  if (failure === undefined) return { object, label, verdict: stands }
  const { reason, message, first } = failure
  return { object, label, verdict: { ...stands, state: 'failed', reason, message, ...(first === '' ? {} : { since: first }) } }
}

export function worldOf(taken: Snapshot): World {
  const snapshot: Snapshot = {
    ...taken,
    objects: taken.objects.map(wellFormed),
    deployments: taken.deployments.map(wellFormed),
    pods: taken.pods.map(wellFormed),
    events: taken.events.map(wellFormedEvent),
  }
  const events = eventsByLabel(snapshot.events)
  const sightings = new Map<string, Sighting>()
  for (const object of snapshot.objects) {
    const label = objectLabel(object)
    const own = events.get(label) ?? []
    const sighting =
      object.kind === 'Alert' && own.length > 0
        ? alertOf(object, label, snapshot, own)
        : sightingOf(
            object,
            label,
            own.find(({ message }) => !isCutShort(message)),
            snapshot.takenAt,
          )
    sightings.set(label, sighting)
  }
  return { snapshot, sightings, watchers: watchersOf(snapshot.deployments), events: (label) => events.get(label) ?? [] }
}

/** Nothing to be said of it: ready, without a status, or suspended by a person. */
export const isWell = ({ verdict: { state } }: Sighting): boolean => state === 'ready' || state === 'static' || state === 'suspended'
