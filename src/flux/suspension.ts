// Who suspended an object, why, since when and until when: from our annotations, and where there are none from managedFields.
// Annotations outlive a suspension that flux or kubectl ends, and would then tell of an older one: they count only while nobody has written the switch after them.
import type { KubeObject, ManagedField } from '../ports/kube.ts'
import { isSuspended } from './conditions.ts'
import { entriesOf, SUSPENDED, setsNote, setsSwitch } from './suspension-fields.ts'
import { spanText } from './time-spans.ts'

/** Field manager of what flux-ops writes. kustomize-controller takes over from every manager whose name begins with `kubectl`; from this one it does not. */
export const MANAGER = 'flux-ops'

/** Run of ours that holds the object suspended for a while. */
export const HELD = 'flux-ops.dev/held-by'

/** Run that let the object go. It stays when the run is over: who resumed it is worth knowing. */
export const RESUMED_RUN = 'flux-ops.dev/resumed-run'

/** Put what git says: what they write comes back with their next apply. The name of the Flux Operator's is that of its Deployment. */
const APPLIERS = new Set(['kustomize-controller', 'helm-controller', 'helm', 'flux-operator'])

const DAY_MS = 86_400_000
const FORGOTTEN_MS = 7 * DAY_MS

export interface Suspension {
  /** Person, as they gave their name; null where nobody left one. */
  readonly by: string | null
  /** Field manager that set it last: `flux`, `kubectl-patch`; null where the API server does not tell. */
  readonly manager: string | null
  readonly reason: string | null
  /** RFC 3339. Without our annotation it is when that manager last wrote something, so perhaps later than the suspension. */
  readonly since: string | null
  /** RFC 3339; null where none was given, or where it is no time. */
  readonly until: string | null
  /** What applies git sets it. */
  readonly inGit: boolean
  /** Id of a run of flux-ops that holds it. */
  readonly heldBy: string | null
  readonly expired: boolean
  /** Expired, or for more than 7 days without a reason. What git says has its reason there. */
  readonly forgotten: boolean
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const byTime = (one: ManagedField, other: ManagedField): number => text(other.time).localeCompare(text(one.time))

/** Managers that have the switch of an object, whatever it says; the one that wrote last comes first. */
export const switchedBy = (object: KubeObject): readonly ManagedField[] => entriesOf(object).filter(setsSwitch).sort(byTime)

/** What applies git has the switch: whatever somebody else makes of it is put back with the next apply. */
export const isSwitchInGit = (object: KubeObject): boolean => switchedBy(object).some(({ manager }) => APPLIERS.has(manager ?? ''))

const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]{5,20}(Z|[+-]\d\d:\d\d)$/

const timeOf = (value: unknown): string | null => (MOMENT.test(text(value)) && !Number.isNaN(Date.parse(text(value))) ? text(value) : null)

/** Whether the annotations of an object tell of the suspension that is: nobody has written the switch after them. */
export function areNotesCurrent(object: KubeObject): boolean {
  const entries = entriesOf(object)
  const [last] = switchedBy(object)
  if (entries.length === 0 || last === undefined) return true
  const [noted] = entries.filter(setsNote).sort(byTime)
  return noted !== undefined && text(last.time) <= text(noted.time)
}

/** `now`: RFC 3339. undefined for an object that is not suspended. */
export function suspensionOf(object: KubeObject, now: string): Suspension | undefined {
  if (!isSuspended(object)) return undefined
  const [last] = switchedBy(object)
  const notes = areNotesCurrent(object) ? (object.metadata.annotations ?? {}) : {}
  const noted = (key: string): string | null => text(notes[key]).trim() || null
  const since = timeOf(notes[SUSPENDED.at]) ?? timeOf(last?.time)
  const until = timeOf(notes[SUSPENDED.until])
  const reason = noted(SUSPENDED.reason)
  const inGit = isSwitchInGit(object)
  const expired = until !== null && Date.parse(until) <= Date.parse(now)
  const isOld = since !== null && Date.parse(now) - Date.parse(since) > FORGOTTEN_MS
  return {
    by: noted(SUSPENDED.by),
    manager: last?.manager ?? null,
    reason,
    since,
    until,
    inGit,
    heldBy: object.metadata.annotations?.[HELD] ?? null,
    expired,
    forgotten: expired || (isOld && reason === null && !inGit),
  }
}

/** What tells this suspension from a later one of the same object; '' when it is not suspended. Put back as it was, an object has the same again. */
export function suspensionMark(object: KubeObject): string {
  const suspension = suspensionOf(object, '')
  if (suspension === undefined) return ''
  const { by, manager, since, reason, until, heldBy } = suspension
  const run = areNotesCurrent(object) ? (object.metadata.annotations?.[SUSPENDED.run] ?? null) : null
  return JSON.stringify([by ?? manager, since, reason, until, run, heldBy])
}

/** `by you@laptop`, `by flux`, `in git`, `held by run …`. */
export function whoSuspended({ by, manager, inGit, heldBy }: Pick<Suspension, 'by' | 'manager' | 'inGit' | 'heldBy'>): string {
  if (heldBy !== null) return `held by run ${heldBy}`
  if (by !== null) return `by ${by}`
  if (inGit) return 'in git'
  return manager === null ? 'by whom is not known' : `by ${manager}`
}

const LONGEST_REASON = 200

const short = (line: string): string => {
  const characters = [...line.slice(0, 2 * LONGEST_REASON).replaceAll(/\s+/g, ' ')]
  return characters.length > LONGEST_REASON ? `${characters.slice(0, LONGEST_REASON).join('')}…` : characters.join('')
}

/** `for 3 days, by you@laptop: disks are moved; until 2026-11-23T04:00:00Z`. What others wrote is on one line and bounded; it is not sanitised. */
export function suspensionText(suspension: Suspension, now: string): string {
  const { since, until, reason, expired } = suspension
  const age = Date.parse(now) - Date.parse(since ?? '')
  const head = [Number.isNaN(age) ? '' : `for ${spanText(age)}`, short(whoSuspended(suspension))].filter((part) => part !== '').join(', ')
  const end = until === null ? '' : expired ? `; it was to end at ${until}` : `; until ${until}`
  return `${head}${reason === null ? ', no reason given' : `: ${short(reason)}`}${end}`
}
