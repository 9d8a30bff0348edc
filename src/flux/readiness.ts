// How every Flux object stood before a change, and how it stands now. What was not Ready before is told apart, never blamed on the change.
import type { KubeObject } from '../ports/kube.ts'
import { findCrd, type ReleaseFacts } from './catalogue/index.ts'
import { isStatic, reconciledSince, type Verdict, verdict } from './conditions.ts'
import { groupOf, kindOfObject, objectLabel, RECONCILE_ANNOTATION, versionOf } from './kinds.ts'

/** JSON: goes into plans and journals. */
export type BaselineEntry = {
  readonly key: string // `Kind.group namespace/name`: stable over API versions
  readonly label: string // `Kind namespace/name`
  readonly verdict: Verdict
}

export type Standing = {
  readonly key: string
  readonly label: string
  readonly before?: Verdict
  readonly now?: Verdict
  /** What is shown while waiting, or why it counts as broken. */
  readonly why: string
}

export type Comparison = {
  /** Ready, generation observed, and reconciled again (or of a kind that answers no request). */
  readonly done: readonly Standing[]
  /** Was Ready, or is new, and has not reconciled again or is under way: keep waiting. */
  readonly waiting: readonly Standing[]
  /** Was Ready and fails now, having answered the request. `now.terminal` ones will not heal by waiting; the others may until the deadline. */
  readonly broken: readonly Standing[]
  /** Was not Ready before: told apart, never blamed. Those that are well now are in `done`. */
  readonly brokenBefore: readonly Standing[]
  readonly suspended: readonly Standing[]
  /** Was there and well, is not there any more. */
  readonly gone: readonly Standing[]
}

export type CompareOptions = {
  /** Value written to reconcile.fluxcd.io/requestedAt. */
  readonly token: string
  /** When it was written (RFC 3339): an answer to a later request of somebody else counts too. */
  readonly since?: string
  /** The release that runs now: tells which kinds answer a request at which API version. Default: by kind. */
  readonly release?: ReleaseFacts
}

const objectKey = (object: KubeObject): string =>
  `${object.kind}.${groupOf(object.apiVersion)} ${object.metadata.namespace ?? ''}/${object.metadata.name}`

const entryOf = (object: KubeObject): BaselineEntry => ({ key: objectKey(object), label: objectLabel(object), verdict: verdict(object) })

export const baseline = (objects: readonly KubeObject[]): BaselineEntry[] => objects.map(entryOf)

/** Whether the object's controller answers a reconcile request; where the release is unknown, by kind. */
function answersRequests(object: KubeObject, facts?: ReleaseFacts): boolean {
  const kind = kindOfObject(object)
  if (kind === undefined || isStatic(object)) return false

  const crd = facts && findCrd(facts, kind.group, kind.kind)
  const version = crd?.versions.find((each) => each.name === versionOf(object.apiVersion))
  return version?.handles ?? kind.reconcilable
}

type Group = keyof Comparison

/** Came after the objects were asked, so it was never asked: that it is Ready is all it can answer. */
function cameLater(object: KubeObject, before: Verdict | undefined, { token, since }: CompareOptions): boolean {
  if (object.metadata.annotations?.[RECONCILE_ANNOTATION] === token) return false
  return before === undefined || Date.parse(object.metadata.creationTimestamp ?? '') >= Date.parse(since ?? '')
}

/** Where an object that is there now belongs, and why. */
function place(object: KubeObject, before: Verdict | undefined, now: Verdict, options: CompareOptions): { group: Group; why: string } {
  const message = [now.reason, now.message].filter((part) => part !== '').join(': ')
  if (now.state === 'suspended') return { group: 'suspended', why: 'suspended: not reconciled, not verified' }

  const answered =
    !answersRequests(object, options.release) || reconciledSince(object, options.token, options.since) || cameLater(object, before, options)
  const well = now.state === 'ready' || now.state === 'static'
  if (well && answered) return { group: 'done', why: now.state === 'static' ? 'has no status of its own' : 'ready' }
  if (before !== undefined && !wasWell(before)) return { group: 'brokenBefore', why: message || 'not ready, as before' }
  if (now.state === 'failed' && (answered || now.terminal)) return { group: 'broken', why: message || 'failed' }
  if (now.state === 'terminating') return { group: 'waiting', why: 'is being deleted' }

  return { group: 'waiting', why: answered ? message || now.state : `has not reconciled again yet${message === '' ? '' : ` (${message})`}` }
}

/** Suspended before and resumed since counts as well: it was left out on purpose, not broken. */
const wasWell = (before: Verdict): boolean => before.state === 'ready' || before.state === 'static' || before.state === 'suspended'

/** Everything of `before` and of `now` comes out exactly once. */
export function compare(before: readonly BaselineEntry[], now: readonly KubeObject[], options: CompareOptions): Comparison {
  const groups: Record<Group, Standing[]> = { done: [], waiting: [], broken: [], brokenBefore: [], suspended: [], gone: [] }
  const known = new Map(before.map((entry) => [entry.key, entry]))
  const present = new Set<string>()
  for (const object of now) {
    const { key, label, verdict: current } = entryOf(object)
    const earlier = known.get(key)?.verdict
    const { group, why } = place(object, earlier, current, options)
    present.add(key)
    groups[group].push({ key, label, ...(earlier ? { before: earlier } : {}), now: current, why })
  }
  for (const { key, label, verdict: earlier } of known.values()) {
    if (present.has(key)) continue
    groups[wasWell(earlier) ? 'gone' : 'brokenBefore'].push({ key, label, before: earlier, why: 'is not there any more' })
  }
  return groups
}
