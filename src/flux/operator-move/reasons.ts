// Which differences come with the operator and change nothing that Flux does, which a patch keeps away, and which are lost with the move.
import { stringify } from 'yaml'
import type { Json } from '../../ports/json.ts'
import { kindAndName } from '../object-labels.ts'
import type { CarriedPatch } from './carried.ts'
import type { Difference } from './effective.ts'

export type Reason =
  /** The operator writes the same in other words, or adds what changes nothing that Flux does. */
  | 'operator'
  /** Goes with the move. */
  | 'lost'
  /** What no patch of the repository explains: it is kept by one more patch. */
  | 'kept'

const FROM_OPERATOR = new Set(['cluster-autoscaler.kubernetes.io/safe-to-evict', 'app.kubernetes.io/part-of'])
/** Labels of pods that `flux install` sets and the operator does not; nothing selects pods by them. */
const NOT_BY_OPERATOR = new Set(['app.kubernetes.io/instance', 'app.kubernetes.io/version'])
/** Off by itself; the operator says so. */
const OFF = '--feature-gates=ObjectLevelWorkloadIdentity=false'
/** When somebody restarted the pods; they are replaced anyway. */
const RESTARTED = 'kubectl.kubernetes.io/restartedAt'

const keyOf = (pointer: string): string => (pointer.split('/').at(-1) ?? '').replaceAll('~1', '/').replaceAll('~0', '~')

const written = (value: Json, namespace: string): string => String(value).replaceAll('$(RUNTIME_NAMESPACE)', namespace)

const withoutDigest = (image: Json): string => String(image).split('@')[0] ?? ''

/** `{branch: main}` and `{name: refs/heads/main}` follow the same. */
const refName = (ref: Json): string | undefined => {
  const { branch, tag, name, ...more } = (ref ?? {}) as Record<string, string>
  if (Object.keys(more).length > 0) return undefined
  return name ?? (tag === undefined ? branch && `refs/heads/${branch}` : `refs/tags/${tag}`)
}

export function reasonOf({ pointer, now, under }: Difference, namespace: string): Reason {
  const key = keyOf(pointer)
  if (key === RESTARTED) return 'lost'
  if (FROM_OPERATOR.has(key) && now === null) return 'operator'
  if (NOT_BY_OPERATOR.has(key) && under === null) return 'operator'
  if (key === 'args' && now === null && under === OFF) return 'operator'
  if (key === 'image' && withoutDigest(now) === withoutDigest(under)) return 'operator'
  if (key === 'args' && now !== null && under !== null && written(now, namespace) === written(under, namespace)) return 'operator'
  if (pointer === '/spec/ref' && refName(now) !== undefined && refName(now) === refName(under)) return 'operator'
  return 'kept'
}

const ENV = /\.env$/

/** Values of the environment may be secret: what git does not say is not brought there by us, and not written down either. */
export const isEnvironment = ({ path }: Pick<Difference, 'path'>): boolean => ENV.test(path)

const LONGEST = 1000

const namesIn = (value: Json): string[] =>
  Array.isArray(value) ? value.map((each) => String((each as { readonly name?: Json } | null)?.name ?? '')) : []

/** A value for a reader, on one line and bounded; null where it is not there. Of an environment the names alone. */
export function shown(path: string, value: Json): string | null {
  if (value === null) return null
  const text = ENV.test(path) ? namesIn(value).join(', ') : typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

const RESET = new Set(['/spec/progressDeadlineSeconds', '/spec/revisionHistoryLimit'])

interface Operation {
  readonly op: 'add' | 'remove'
  readonly path: string
  readonly value?: Json
}

function operationOf({ pointer, now, under }: Difference): Operation | undefined {
  // A flag that is given again counts; one that is to go cannot be named without the whole list.
  if (pointer.endsWith('/args')) return now === null ? undefined : { op: 'add', path: `${pointer}/-`, value: now }
  if (now !== null) return { op: 'add', path: pointer, value: now }
  return under === null || RESET.has(pointer) ? undefined : { op: 'remove', path: pointer }
}

/** Annotations of a template may not be there: the map that an operation adds to is made first. */
const MAPS = ['/spec/template/metadata/annotations', '/spec/template/spec/nodeSelector']

/** Patches that keep what runs, one an object. `missing`: pointers of maps that the operator's own manifests do not have, by object. */
export function keepingPatches(differences: readonly Difference[], missing: ReadonlyMap<string, ReadonlySet<string>>): CarriedPatch[] {
  const objects = [...new Set(differences.map(({ object }) => object))]
  return objects.flatMap((object) => {
    const operations = differences.filter((each) => each.object === object).flatMap((each) => operationOf(each) ?? [])
    if (operations.length === 0) return []
    const absent = MAPS.filter((map) => missing.get(object)?.has(map) === true && operations.some(({ path }) => path.startsWith(`${map}/`)))
    const made = absent.map((path): Operation => ({ op: 'add', path, value: {} }))
    const { kind, name } = kindAndName(object)
    return [{ patch: stringify([...made, ...operations]), target: { kind, name } }]
  })
}
