// What of the objects of Flux is not as the backup has it.
import type { KubeObject } from '../../ports/kube.ts'
import { objectLabel } from '../kinds.ts'
import type { Expected } from './content.ts'

export interface Differences {
  /** Labels. */
  readonly same: readonly string[]
  readonly missing: readonly string[]
  /** `Kind namespace/name: path of the first field that differs` */
  readonly other: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

/** Where they differ first; undefined where they are the same. `suspend: false` is none. */
function firstDifference(one: unknown, other: unknown, path: string): string | undefined {
  if (!isFields(one) || !isFields(other) || Array.isArray(one) !== Array.isArray(other)) return one === other ? undefined : path
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort()
  for (const key of keys) {
    const found = firstDifference(one[key], other[key], Array.isArray(one) ? `${path}[${key}]` : `${path}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

const withoutFalse = (spec: unknown): unknown => {
  if (!isFields(spec) || spec.suspend !== false) return spec
  const { suspend: _suspend, ...rest } = spec
  return rest
}

/** Pure. `live`: every object of Flux. */
export function differences(expected: readonly Expected[], live: readonly KubeObject[]): Differences {
  const there = new Map(live.map((object) => [objectLabel(object), object]))
  const [same, missing, other]: [string[], string[], string[]] = [[], [], []]
  for (const one of expected) {
    const label = objectLabel(one as KubeObject)
    const object = there.get(label)
    const found = object === undefined ? undefined : firstDifference(withoutFalse(one.spec), withoutFalse(object.spec), 'spec')
    if (object === undefined) missing.push(label)
    else if (found === undefined) same.push(label)
    else other.push(`${label}: ${found}`)
  }
  return { same, missing, other }
}
