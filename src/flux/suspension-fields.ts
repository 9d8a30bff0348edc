// What managedFields tell of a suspension: who has the switch that suspends an object, and who has written our notes on it.
import type { KubeObject, ManagedField } from '../ports/kube.ts'
import { WATCHER_SWITCH } from './conditions.ts'

export const SUSPENDED = {
  by: 'flux-ops.dev/suspended-by',
  reason: 'flux-ops.dev/suspended-reason',
  at: 'flux-ops.dev/suspended-at',
  until: 'flux-ops.dev/suspended-until',
  run: 'flux-ops.dev/suspended-run',
} as const

const isThere = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const holds = (fields: unknown, ...path: readonly string[]): boolean => {
  let at: unknown = fields
  for (const key of path) {
    if (!isThere(at) || !Object.hasOwn(at, key)) return false
    at = at[key]
  }
  return true
}

const [SWITCH, WATCHER, NOTED] = [
  ['f:spec', 'f:suspend'],
  ['f:metadata', 'f:annotations', `f:${WATCHER_SWITCH}`],
  ['f:metadata', 'f:annotations', `f:${SUSPENDED.at}`],
] as const

/** Entries on the object itself, and not on its status. What is no entry is none. */
export const entriesOf = ({ metadata }: KubeObject): readonly ManagedField[] =>
  Array.isArray(metadata.managedFields) ? metadata.managedFields.filter((entry) => isThere(entry) && !entry.subresource) : []

export const setsSwitch = ({ fieldsV1 }: ManagedField): boolean => holds(fieldsV1, ...SWITCH) || holds(fieldsV1, ...WATCHER)

export const setsNote = ({ fieldsV1 }: ManagedField): boolean => holds(fieldsV1, ...NOTED)

/** Of the fields that an entry names, those which the above ask for. The others are half of what an object weighs. */
const askedFor = ({ fieldsV1 }: ManagedField): Record<string, unknown> => {
  const annotations = [WATCHER, NOTED].filter((path) => holds(fieldsV1, ...path)).map(([, , key]) => [key, {}])
  return {
    ...(holds(fieldsV1, ...SWITCH) ? { 'f:spec': { 'f:suspend': {} } } : {}),
    ...(annotations.length === 0 ? {} : { 'f:metadata': { 'f:annotations': Object.fromEntries(annotations) } }),
  }
}

/** Takes every name of a field away that no question about a suspension needs, in place. */
export function forgetFields({ metadata }: KubeObject): void {
  if (!Array.isArray(metadata.managedFields)) return
  for (const entry of metadata.managedFields)
    if (isThere(entry) && isThere(entry.fieldsV1)) entry.fieldsV1 = askedFor(entry as ManagedField)
}
