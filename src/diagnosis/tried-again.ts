// What is tried again and again is mostly seen in the middle of a try: Ready=Unknown, "Reconciliation in progress". What became of the try before is in
// its history (Kustomizations, since Flux 2.7) and in its events.
import type { Verdict } from '../flux/conditions.ts'
import type { KubeObject } from '../ports/kube.ts'
import { textOf as text } from './well-formed.ts'

const WENT_WELL = 'ReconciliationSucceeded'

/** What waits for others says so by another reason, and has not been tried. */
const IN_A_TRY = new Set(['Progressing', 'ProgressingWithRetry'])

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

/** Characters: a longer one is none. */
const LONGEST_DURATION = 64

/** Go's spelling: `1h5m`, `30s`. Milliseconds; undefined for anything else. */
export function durationMs(value: unknown): number | undefined {
  const parts = [
    ...text(value)
      .slice(0, LONGEST_DURATION)
      .matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g),
  ]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== value) return undefined
  return parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (UNITS[unit] ?? 0), 0)
}

const DEFAULT_MS = 5 * 60_000
/** Events of one object are held back when they are many: one in five minutes still comes through. */
const HELD_BACK_MS = 5 * 60_000

/** A warning that is older than this says nothing of the try that is under way. */
export const windowMs = ({ spec }: KubeObject): number =>
  (durationMs(spec?.retryInterval) ?? durationMs(spec?.interval) ?? DEFAULT_MS) + (durationMs(spec?.timeout) ?? DEFAULT_MS) + HELD_BACK_MS

/** The controller was stopped in the middle of it: nothing is said of the object. `context deadline exceeded` is another matter. */
export const isCutShort = (message: unknown): boolean => /: context canceled]?\s*(\n|$)/.test(text(message))

interface Ended {
  /** Reason that the try ended with: `HealthCheckFailed`. */
  readonly how: string
  readonly at: string | null
  /** Another revision is a new beginning: what failed with the old one may be mended in it. */
  readonly sameRevision: boolean
}

/** undefined: it has no history that tells. */
function lastEnded({ status }: KubeObject): Ended | undefined {
  const doing = (Array.isArray(status?.conditions) ? status.conditions : []).find((one: { type?: unknown }) => one?.type === 'Reconciling')
  const message = text(doing?.message)
  const last = status?.history?.[0]
  const how = text(last?.lastReconciledStatus)
  if (how === '') return undefined
  const revision = text(last?.metadata?.revision)
  const sameRevision = revision === '' || !message.includes('revision ') || message.includes(revision)
  return { how, at: text(last?.lastReconciled) || null, sameRevision }
}

export interface LastTry {
  readonly reason: string
  readonly message: string
  /** RFC 3339: when it was first said; null where nobody tells. */
  readonly since: string | null
}

/** How the try before the one that is under way ended; undefined when it ended well, or when nothing tells. `event`: the newest warning about it. */
export function lastTry(
  object: KubeObject,
  { state, reason, observed }: Verdict,
  event: { readonly reason: string; readonly message: string; readonly at: string; readonly first: string } | undefined,
  now: string,
): LastTry | undefined {
  if (state !== 'progressing' || !observed || !IN_A_TRY.has(reason)) return undefined
  const ended = lastEnded(object)
  const isRecent = event !== undefined && Date.parse(now) - Date.parse(event.at) <= windowMs(object)
  const told = event && { reason: event.reason, message: event.message, since: event.first || null }
  if (ended === undefined) return isRecent ? told : undefined
  if (!ended.sameRevision) return undefined
  // What cannot be fetched or built is not in the history.
  if (isRecent && Date.parse(event.at) > Date.parse(ended.at ?? '')) return told
  if (ended.how === WENT_WELL) return undefined
  // Of a storm of events many are lost: what the history says counts without one.
  return event?.reason === ended.how ? told : { reason: ended.how, message: '', since: ended.at }
}
