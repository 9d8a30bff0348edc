// One verdict for one Flux object, from what its controller reports. Order matters: what cannot be known or is not current is never ready.
// Wording and order follow the controllers: kustomize-controller raises status.observedGeneration only on success and stamps
// the generation on each condition; helm-controller stamps the status only; a stalled object is not retried by anybody.
import type { KubeObject } from '../ports/kube.ts'
import { kindOfObject } from './kinds.ts'

export type VerdictState = 'ready' | 'failed' | 'progressing' | 'suspended' | 'terminating' | 'static' | 'unknown'

export type Verdict = {
  readonly state: VerdictState
  /** PascalCase reason of the condition that decided, '' when none did. */
  readonly reason: string
  readonly message: string
  /** lastTransitionTime of that condition, RFC 3339. */
  readonly since?: string
  /** The controller has seen this generation of the object. */
  readonly observed: boolean
  /** Stalled: the controller will not try again before the object changes. */
  readonly terminal: boolean
}

interface Condition {
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly since: string | undefined
  readonly generation: number | undefined
}

/** Reasons of Ready=False that end by themselves once another object is ready. */
const WAITING = new Set(['DependencyNotReady', 'SourceNotReady', 'HealthCheckCanceled', 'Progressing'])

/** The source has no artifact yet, as after a restart of source-controller: the controllers ask again every few seconds. */
const ARTIFACT_COMING = /artifact not found[.,] retrying in/i

/** source-watcher has an annotation where the others have spec.suspend. */
export const WATCHER_SWITCH = 'source.extensions.fluxcd.io/reconcile'

export const isSuspended = (object: KubeObject): boolean =>
  object.spec?.suspend === true || object.metadata.annotations?.[WATCHER_SWITCH]?.toLowerCase() === 'disabled'

/** No controller reports on it: Alert and Provider (v1beta3), a HelmRepository of type oci. */
export const isStatic = (object: KubeObject): boolean => {
  const kind = kindOfObject(object)
  return kind?.hasStatus === false || (kind?.kind === 'HelmRepository' && object.spec?.type === 'oci')
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

/** The first of a type; undefined where there is none that can be read. */
function conditionOf(object: KubeObject, type: string): Condition | undefined {
  const raw: unknown = object.status?.conditions
  const found: Record<string, unknown> | undefined = Array.isArray(raw) ? raw.find((each) => each?.type === type) : undefined
  if (found === undefined) return undefined
  return {
    status: text(found.status),
    reason: text(found.reason),
    message: text(found.message),
    since: text(found.lastTransitionTime) || undefined,
    generation: number(found.observedGeneration),
  }
}

/** A condition speaks of the generation it is stamped with, else of the one the status is stamped with; unstamped ones are taken as current. */
function isCurrent(object: KubeObject, condition: Condition | undefined): boolean {
  const wanted = object.metadata.generation
  const ofStatus = number(object.status?.observedGeneration)
  const seen = condition?.generation || ofStatus
  if (wanted === undefined || seen === undefined) return ofStatus !== -1 && condition !== undefined

  return seen >= wanted
}

function told(state: VerdictState, from: Condition | undefined, observed: boolean, terminal = false): Verdict {
  const verdict = { state, reason: from?.reason ?? '', message: from?.message ?? '', observed, terminal }
  return from?.since === undefined ? verdict : { ...verdict, since: from.since }
}

const said = (state: VerdictState, message: string, observed: boolean): Verdict => ({
  state,
  reason: '',
  message,
  observed,
  terminal: false,
})

/** Never throws: an object without a readable status is `unknown`. */
export function verdict(object: KubeObject): Verdict {
  const ready = conditionOf(object, 'Ready')
  const hasNoStatus = isStatic(object)
  const observed = hasNoStatus || isCurrent(object, ready)

  if (object.metadata.deletionTimestamp !== undefined) {
    return { ...told('terminating', ready, observed), since: object.metadata.deletionTimestamp }
  }
  if (isSuspended(object)) return told('suspended', ready, observed)
  if (hasNoStatus) return said('static', 'has no status of its own', true)

  const stalled = conditionOf(object, 'Stalled')
  if (stalled?.status === 'True' && isCurrent(object, stalled)) return told('failed', stalled, true, true)
  const reconciling = conditionOf(object, 'Reconciling')
  if (!ready) {
    if (reconciling?.status === 'True') return told('progressing', reconciling, false)
    return said('unknown', 'no controller has reported on it', false)
  }
  if (!observed) return { ...told('progressing', reconciling ?? ready, false), message: notObserved(object) }

  return readyVerdict(ready, reconciling)
}

const notObserved = (object: KubeObject): string => `generation ${object.metadata.generation ?? '?'} is not reconciled yet`

function readyVerdict(ready: Condition, reconciling: Condition | undefined): Verdict {
  if (ready.status === 'False') {
    const waits = WAITING.has(ready.reason) || ARTIFACT_COMING.test(ready.message)
    return told(waits ? 'progressing' : 'failed', ready, true)
  }
  if (ready.status !== 'True') return told('progressing', ready, true)
  if (reconciling?.status === 'True') return told('progressing', reconciling, true)

  return told('ready', ready, true)
}

/**
 * Whether a reconcile request was answered after `token` was written to reconcile.fluxcd.io/requestedAt.
 * With `since` (RFC 3339) also when somebody else asked later: a Receiver or `flux reconcile` overwrites the token with its own time.
 */
export function reconciledSince(object: KubeObject, token: string, since?: string): boolean {
  const handled = text(object.status?.lastHandledReconcileAt)
  if (handled === '' || token === '') return false
  if (handled === token || handled.endsWith(`/${token}`)) return true

  const asked = Date.parse(since ?? '')
  const answered = /^\d{4}-\d\d-\d\dT/.test(handled) ? Date.parse(handled) : Number.NaN
  return answered > asked
}
