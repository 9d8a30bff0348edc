// What a Deployment of Flux says now against what the Flux Operator would make of it, field by field. Both have the defaults of the API server in them.
import type { Json } from '../../ports/json.ts'
import type { KubeObject } from '../../ports/kube.ts'
import { gatesIn, parseArguments } from '../controller-args.ts'

export interface Difference {
  /** `Deployment flux-system/source-controller`. */
  readonly object: string
  /** `spec.template.spec.containers[manager].resources`; of an argument the name of the flag behind it. */
  readonly path: string
  /** JSON pointer of the field that a patch sets; of an argument that of the list. */
  readonly pointer: string
  /** null: not there. */
  readonly now: Json
  readonly under: Json
}

type Fields = Readonly<Record<string, unknown>>

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {})

const named = (value: unknown): value is { name: string }[] =>
  Array.isArray(value) && value.length > 0 && value.every((each) => typeof fieldsOf(each).name === 'string')

/** Lists of named things are the same in any order; what is empty is not there. */
function plain(value: unknown): Json {
  if (named(value)) return [...value].sort((one, other) => (one.name < other.name ? -1 : 1)).map(plain)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return (value ?? null) as Json
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, each]) => [key, plain(each)]),
  )
}

const isNothing = (value: Json): boolean =>
  value === null || (typeof value === 'object' && Object.keys(value).length === 0) || (Array.isArray(value) && value.length === 0)

/** Of plain values: their keys are in order. */
const same = (one: Json, other: Json): boolean => (isNothing(one) && isNothing(other)) || JSON.stringify(one) === JSON.stringify(other)

const escapeKey = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

interface Place {
  readonly path: string
  readonly pointer: string
}

const below = ({ path, pointer }: Place, key: string): Place => ({
  path: /^[\w-]+$/.test(key) ? `${path}.${key}` : `${path}[${key}]`,
  pointer: `${pointer}/${escapeKey(key)}`,
})

type Found = Omit<Difference, 'object'>

function keyByKey(place: Place, now: unknown, under: unknown, apart: readonly string[] = []): Found[] {
  const keys = [...new Set([...Object.keys(fieldsOf(now)), ...Object.keys(fieldsOf(under))])].filter((key) => !apart.includes(key)).sort()
  return keys.flatMap((key) => {
    const [one, other] = [plain(fieldsOf(now)[key]), plain(fieldsOf(under)[key])]
    return same(one, other) ? [] : [{ ...below(place, key), now: one, under: other }]
  })
}

/** Flags of a controller by name, each feature gate by its own: of one that is given twice the last counts. */
function flagsOf(args: unknown): Map<string, string> {
  const flags = new Map<string, string>()
  const texts = Array.isArray(args) ? args.map(String) : []
  for (const { flag, value = 'true' } of parseArguments(texts)) if (flag !== GATES) flags.set(flag, value)
  for (const [gate, on] of gatesIn(texts)) flags.set(`${GATES}=${gate}`, String(on))
  return flags
}

const GATES = 'feature-gates'

function argumentsOf(place: Place, now: unknown, under: unknown): Found[] {
  const [one, other] = [flagsOf(now), flagsOf(under)]
  return [...new Set([...one.keys(), ...other.keys()])].sort().flatMap((flag) => {
    const say = (value: string | undefined): string | null => (value === undefined ? null : `--${flag}=${value}`)
    const [left, right] = [one.get(flag), other.get(flag)]
    return left === right
      ? []
      : [{ path: `${place.path}.args --${flag}`, pointer: `${place.pointer}/args`, now: say(left), under: say(right) }]
  })
}

function containersOf(place: Place, now: unknown, under: unknown): Found[] {
  const [ones, others] = [now, under].map((value) => (named(value) ? value : []))
  const names = [...new Set([...(others ?? []), ...(ones ?? [])].map((each) => each.name))]
  return names.flatMap((name) => {
    const index = (others ?? []).findIndex((each) => each.name === name)
    const at: Place = { path: `${place.path}[${name}]`, pointer: `${place.pointer}/${index < 0 ? '-' : index}` }
    const [one, other] = [ones, others].map((all) => all?.find((each) => each.name === name) as Fields | undefined)
    if (one === undefined || other === undefined) return [{ ...at, now: plain(one), under: plain(other) }]
    return [...keyByKey(at, one, other, ['args']), ...argumentsOf(at, one.args, other.args)]
  })
}

const TEMPLATE: Place = { path: 'spec.template', pointer: '/spec/template' }

/** Of Deployments. Only the spec: labels and annotations of the object itself do not change what runs. */
export function deploymentDifferences(live: KubeObject, would: KubeObject): Difference[] {
  const [now, under] = [fieldsOf(live.spec), fieldsOf(would.spec)]
  const [one, other] = [fieldsOf(now.template), fieldsOf(under.template)]
  const [pod, next] = [fieldsOf(one.spec), fieldsOf(other.spec)]
  const [meta, later] = [fieldsOf(one.metadata), fieldsOf(other.metadata)]
  const metadata = below(TEMPLATE, 'metadata')
  const spec = below(TEMPLATE, 'spec')
  const found = [
    ...keyByKey({ path: 'spec', pointer: '/spec' }, now, under, ['template', 'selector']),
    ...['labels', 'annotations'].flatMap((key) => keyByKey(below(metadata, key), meta[key], later[key])),
    ...keyByKey(spec, pod, next, ['containers']),
    ...containersOf(below(spec, 'containers'), pod.containers, next.containers),
  ]
  const object = `Deployment ${live.metadata.namespace}/${live.metadata.name}`
  return found.map((each) => ({ object, ...each }))
}

/** Of the objects that the sync is made of: GitRepository and Kustomization. Who suspended one is no setting of it. */
export function syncDifferences(live: KubeObject, would: KubeObject): Difference[] {
  const object = `${live.kind} ${live.metadata.namespace}/${live.metadata.name}`
  return keyByKey({ path: 'spec', pointer: '/spec' }, live.spec, would.spec, ['suspend']).map((each) => ({ object, ...each }))
}
