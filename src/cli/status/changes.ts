// What became different between two looks: each change a line of its own, the most telling first.
import { mayBeThere } from '../../diagnosis/snapshot.ts'
import type { Reading } from './read.ts'
import type { CauseStatus, ControllerStatus, KeyStatus, ObjectStatus, Status, SuspendedStatus } from './shape.ts'

/** A line of JSON of `status --watch --json`; its keys are stable. */
export interface Change {
  readonly what: 'flux' | 'controller' | 'cause' | 'object' | 'suspended' | 'key' | 'count'
  /** `Kind namespace/name`, the name of a Deployment, `namespace/name` of a Secret; '' for `flux` and `count`. */
  readonly object: string
  /** State before and after; null where it was not there, or is not there any more. */
  readonly from: string | null
  readonly to: string | null
  readonly says: string
}

const labelOf = ({ kind, namespace, name }: Pick<ObjectStatus, 'kind' | 'namespace' | 'name'>): string => `${kind} ${namespace}/${name}`

const byKey = <T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, T> => new Map(all.map((one) => [keyOf(one), one]))

/** Each key of either, with what was and what is; those that stayed the same are left out. */
function pairs<T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (one: T) => string,
  same: (a: T, b: T) => boolean,
): [string, T | undefined, T | undefined][] {
  const [was, is] = [byKey(before, keyOf), byKey(after, keyOf)]
  return [...new Set([...is.keys(), ...was.keys()])].flatMap((key) => {
    const [a, b] = [was.get(key), is.get(key)]
    return a !== undefined && b !== undefined && same(a, b) ? [] : [[key, a, b] as [string, T | undefined, T | undefined]]
  })
}

function fluxChanges({ flux: before }: Status, { flux: after }: Status): Change[] {
  const [from, to] = [before, after].map(({ status, version }) => version ?? status) as [string, string]
  return from === to ? [] : [{ what: 'flux', object: '', from, to, says: `Flux ${to}, before ${from}` }]
}

const rolloutOf = ({ image, ready, wanted, rollout }: ControllerStatus): string =>
  `${image.split('/').at(-1)?.split('@')[0] ?? image}, ${ready}/${wanted} ready, ${rollout}`

const controllerChanges = (before: Status, after: Status): Change[] =>
  pairs(
    before.controllers,
    after.controllers,
    ({ name }) => name,
    (a, b) => rolloutOf(a) === rolloutOf(b),
  ).map(([object, was, is]) => ({
    what: 'controller',
    object,
    from: was?.rollout ?? null,
    to: is?.rollout ?? null,
    says: is === undefined ? 'is gone' : rolloutOf(is),
  }))

const causeKey = ({ object, state }: CauseStatus): string => `${object}\n${state}`

const causeChanges = (before: Status, after: Status): Change[] =>
  pairs(before.causes, after.causes, causeKey, () => true).map(([, was, is]) => ({
    what: 'cause',
    object: is?.object ?? was?.object ?? '',
    from: was?.state ?? null,
    to: is?.state ?? null,
    says: is === undefined ? 'is no cause any more' : `${is.says}${is.blocks === 0 ? '' : `; blocks ${is.blocks}`}`,
  }))

const trouble = ({ state, reason, message }: ObjectStatus): string => `${state} ${reason} ${message}`.trim()

const objectChanges = (before: Reading, after: Reading): Change[] =>
  pairs(before.status.notReady, after.status.notReady, labelOf, (a, b) => a.state === b.state && a.reason === b.reason).map(
    ([object, was, is]) => {
      const suspended = after.status.suspended.some((one) => labelOf(one) === object)
      const end = suspended ? 'suspended' : after.labels.has(object) ? 'ready' : 'gone'
      return { what: 'object', object, from: was?.state ?? null, to: is?.state ?? end, says: is === undefined ? end : trouble(is) }
    },
  )

const suspensionOf = ({ since, by, reason, until, forgotten, expired }: SuspendedStatus): string =>
  JSON.stringify([since, by, reason, until, forgotten, expired])

const suspendedChanges = (before: Status, after: Status): Change[] =>
  pairs(before.suspended, after.suspended, labelOf, (a, b) => suspensionOf(a) === suspensionOf(b)).map(([object, was, is]) => ({
    what: 'suspended',
    object,
    from: was === undefined ? null : 'suspended',
    to: is === undefined ? null : is.forgotten ? 'forgotten' : 'suspended',
    says:
      is === undefined
        ? 'is not suspended any more'
        : `is suspended${is.by === null ? '' : ` by ${is.by}`}${is.reason === null ? '' : `: ${is.reason}`}`,
  }))

const keyOf = ({ warning, backupAt, drillAt }: KeyStatus): string => JSON.stringify([warning, backupAt, drillAt])

const keyChanges = (before: Status, after: Status): Change[] =>
  pairs(
    before.keys,
    after.keys,
    ({ secret }) => secret,
    (a, b) => keyOf(a) === keyOf(b),
  ).map(([object, was, is]) => ({
    what: 'key',
    object,
    from: was === undefined ? null : (was.warning ?? 'well'),
    to: is === undefined ? null : (is.warning ?? 'well'),
    says: is === undefined ? 'no Kustomization decrypts with it any more' : (is.warning ?? `backed up ${is.backupAt ?? '?'}`),
  }))

export const countText = ({ objects, notReady }: Pick<Status, 'objects' | 'notReady'>): string =>
  `${notReady.length.toLocaleString('en')} of ${objects.toLocaleString('en')} not ready`

function countChanges(before: Status, after: Status): Change[] {
  const [from, to] = [countText(before), countText(after)]
  return from === to ? [] : [{ what: 'count', object: '', from, to, says: `${to}, before ${from}` }]
}

/** Of what could not be seen nothing is concluded from its absence. */
export function changesOf(before: Reading, after: Reading): Change[] {
  const isKnown = ({ object, to }: Change): boolean => !(to === 'gone' || to === null) || !mayBeThere(after.snapshot, object)
  return [
    ...fluxChanges(before.status, after.status),
    ...controllerChanges(before.status, after.status),
    ...causeChanges(before.status, after.status).filter(isKnown),
    ...suspendedChanges(before.status, after.status).filter(isKnown),
    ...keyChanges(before.status, after.status),
    ...objectChanges(before, after).filter(isKnown),
    ...countChanges(before.status, after.status),
  ]
}
