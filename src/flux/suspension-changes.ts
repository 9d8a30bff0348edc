// What suspending, letting go and suspending again write, and when they may: judged on the object as it is at that moment, against what the plan saw.
import type { KubeObject } from '../ports/kube.ts'
import { isSuspended, WATCHER_SWITCH } from './conditions.ts'
import { RECONCILE_ANNOTATION } from './kinds.ts'
import type { Switch } from './suspendable.ts'
import { areNotesCurrent, HELD, RESUMED_RUN, suspensionMark, suspensionOf, whoSuspended } from './suspension.ts'
import { SUSPENDED } from './suspension-fields.ts'

type Annotations = Readonly<Record<string, string | null>>

/** One object as a plan saw it. */
export interface Planned {
  readonly uid: string
  readonly switch: Switch
  /** `suspensionMark` of it; '' when it was not suspended. */
  readonly mark: string
  /** What its annotations about suspension said, and the one of its switch where that is one; null for what it had not. */
  readonly before: Annotations
}

/** What a suspension is to say. */
export interface Note {
  readonly owner: string
  readonly reason: string
  /** RFC 3339 */
  readonly at: string
  readonly until: string | null
  readonly run: string
}

export type Decision =
  | { readonly act: 'write' }
  /** It is as it is to be. */
  | { readonly act: 'done' }
  /** Nobody is left to be written to. */
  | { readonly act: 'gone' }
  /** Somebody changed it since the plan, and what they meant counts. */
  | { readonly act: 'leave'; readonly why: string }

const leave = (why: string): Decision => ({ act: 'leave', why })

const noteOf = ({ metadata }: KubeObject, key: string): string | undefined => metadata.annotations?.[key]

const KEYS = [...Object.values(SUSPENDED), WATCHER_SWITCH]

/**
 * Of the annotations that a suspension changes, to be put back. Suspended again by us, an object would tell no more who had suspended it and when: where
 * only managedFields tell it, it is put into annotations, and those of an older suspension stay away.
 */
export function notesBefore(object: KubeObject): Annotations {
  const there = Object.fromEntries(KEYS.map((key) => [key, noteOf(object, key) ?? null] as const))
  const suspension = suspensionOf(object, '')
  if (suspension === undefined || (areNotesCurrent(object) && there[SUSPENDED.at] !== null)) return there
  const { by, manager, since, reason, until } = suspension
  const told = { [SUSPENDED.by]: by ?? manager, [SUSPENDED.at]: since, [SUSPENDED.reason]: reason, [SUSPENDED.until]: until }
  return { ...told, [SUSPENDED.run]: null, [WATCHER_SWITCH]: there[WATCHER_SWITCH] ?? null }
}

const whoOf = (object: KubeObject): string => {
  const suspension = suspensionOf(object, '')
  return suspension === undefined ? '' : whoSuspended(suspension)
}

/** What stands in the way of any change of this object; undefined: nothing. */
function another(planned: Planned, live: KubeObject | undefined): Decision | undefined {
  if (live === undefined || live.metadata.deletionTimestamp !== undefined) return { act: 'gone' }
  if (live.metadata.uid !== planned.uid) return leave('it was deleted and made anew since the plan')
  return undefined
}

export function maySuspend(planned: Planned, live: KubeObject | undefined, run: string): Decision {
  const other = another(planned, live)
  if (other !== undefined || live === undefined) return other ?? { act: 'gone' }
  if (noteOf(live, SUSPENDED.run) === run)
    return isSuspended(live) ? { act: 'done' } : leave('it was resumed after this run had suspended it')
  if (suspensionMark(live) === planned.mark) return { act: 'write' }
  return leave(isSuspended(live) ? `it was suspended since the plan, ${whoOf(live)}` : 'it was resumed since the plan')
}

export function mayResume(planned: Planned, live: KubeObject | undefined, run: string): Decision {
  const other = another(planned, live)
  if (other !== undefined || live === undefined) return other ?? { act: 'gone' }
  if (!isSuspended(live)) return { act: 'done' }
  if (noteOf(live, RESUMED_RUN) === run) return leave(`it was suspended again after this run had resumed it, ${whoOf(live)}`)
  if (noteOf(live, HELD) !== undefined) return leave(`it is ${whoOf(live)}`)
  if (suspensionMark(live) === planned.mark) return { act: 'write' }
  return leave(`its suspension is another one since the plan, ${whoOf(live)}`)
}

/** To take back what this run has let go. What this run did not let go is not its own: `done`. */
export function maySuspendAgain(planned: Planned, live: KubeObject | undefined, run: string): Decision {
  const other = another(planned, live)
  if (other !== undefined || live === undefined) return other ?? { act: 'gone' }
  if (noteOf(live, RESUMED_RUN) !== run) return { act: 'done' }
  return isSuspended(live) ? leave(`it is suspended again already, ${whoOf(live)}`) : { act: 'write' }
}

/** To take back what this run has suspended. */
export function mayUnsuspend(planned: Planned, live: KubeObject | undefined, run: string): Decision {
  const other = another(planned, live)
  if (other !== undefined || live === undefined) return other ?? { act: 'gone' }
  if (noteOf(live, SUSPENDED.run) !== run) return { act: 'done' }
  // Resumed and suspended anew without us, it is theirs, although our annotations are still there.
  return isSuspended(live) && !areNotesCurrent(live) ? leave(`it was suspended anew, ${whoOf(live)}`) : { act: 'write' }
}

/** Of this very object in this very state: the API server refuses it for any other. */
const guarded = ({ metadata }: KubeObject, annotations: Annotations, spec: object = {}): object => ({
  metadata: { uid: metadata.uid, resourceVersion: metadata.resourceVersion, annotations },
  ...spec,
})

const set = (kind: Switch, suspend: boolean | null): { annotations: Annotations; spec: object } =>
  kind === 'spec'
    ? { annotations: {}, spec: { spec: { suspend } } }
    : { annotations: { [WATCHER_SWITCH]: suspend === true ? 'disabled' : null }, spec: {} }

/** Bodies of merge patches. */
export function suspendBody(live: KubeObject, kind: Switch, note: Note): object {
  const { annotations, spec } = set(kind, true)
  const { owner, reason, at, until, run } = note
  const notes = {
    [SUSPENDED.by]: owner,
    [SUSPENDED.reason]: reason,
    [SUSPENDED.at]: at,
    [SUSPENDED.until]: until,
    [SUSPENDED.run]: run,
    [RESUMED_RUN]: null,
  }
  return guarded(live, { ...annotations, ...notes }, spec)
}

/** `token`: null for what answers no request. */
export function resumeBody(live: KubeObject, kind: Switch, { run, token }: { run: string; token: string | null }): object {
  const { annotations, spec } = set(kind, null)
  const none = Object.fromEntries(Object.values(SUSPENDED).map((key) => [key, null]))
  const asked = token === null ? {} : { [RECONCILE_ANNOTATION]: token }
  return guarded(live, { ...annotations, ...none, ...asked, [RESUMED_RUN]: run }, spec)
}

/** As it was before: its annotations, and suspended where it was. */
export function putBackBody(live: KubeObject, planned: Planned): object {
  const { [WATCHER_SWITCH]: watcher = null, ...notes } = planned.before
  const wasSuspended = planned.mark !== ''
  const { spec } = set(planned.switch, wasSuspended ? true : null)
  const own = planned.switch === 'annotation' ? { [WATCHER_SWITCH]: watcher } : {}
  return guarded(live, { ...notes, ...own, [RESUMED_RUN]: null }, spec)
}
