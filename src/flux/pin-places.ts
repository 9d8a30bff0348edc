// A version where it stands in a file, to the character: only what can be changed without touching anything else counts as a pin.
import { isAlias, isMap, type Scalar } from 'yaml'
import type { RepoFile } from './files.ts'
import type { Pin } from './pins.ts'
import { isShared, nodeAt, offsetOf, placeOf, textAt, type YamlObject } from './yaml-objects.ts'

/** One release, with or without `v`. */
export const FULL = /^v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/

/** `namespace/name` as the file says it; the namespace may be empty. */
export const idOf = (object: YamlObject): string =>
  `${textAt(object, ['metadata', 'namespace']) ?? ''}/${textAt(object, ['metadata', 'name']) ?? ''}`

export type PinPlace = Pick<Pin, 'file' | 'line' | 'column' | 'endColumn' | 'text'>

export const located = (file: RepoFile, offset: number, text: string): PinPlace => {
  const { line, column } = placeOf(file.text, offset)
  return { file: file.path, line, column, endColumn: column + text.length, text }
}

/** A pin at `wanted`, which is part of a scalar; needs-person when that text does not stand in the source exactly once and unshared. */
export function scalarPin(kind: Pin['kind'], object: YamlObject, node: Scalar, wanted: string, extra: { object?: string }): Pin {
  const file = object.part.file
  const start = offsetOf(object, node)
  const source = file.text.slice(start, object.part.base + (node.range?.[1] ?? 0))
  const at = source.indexOf(wanted)
  const place = at < 0 || source.includes('\n') ? located(file, start, source.split('\n')[0] ?? '') : located(file, start + at, wanted)
  const person = (why: string): Pin => ({ kind: 'needs-person', ...place, ...extra, why })

  if (at < 0 || source.includes('\n') || source.indexOf(wanted, at + 1) >= 0)
    return person('the version is written in a way that cannot be changed safely')
  if (isShared(object, node)) return person('the value has an anchor that other places use')
  return { kind, ...place, version: wanted.replace(/^v/, ''), ...extra }
}

export const needsPerson = (object: YamlObject, node: unknown, text: string, why: string, extra: { object?: string } = {}): Pin => ({
  kind: 'needs-person',
  ...located(object.part.file, offsetOf(object, node), text),
  ...extra,
  why,
})

/** nodeAt follows aliases, so the last step is looked at again without following. */
export const isAliasAt = (object: YamlObject, folder: readonly string[], key: string): boolean => {
  const map = nodeAt(object, folder)
  return isMap(map) && isAlias(map.get(key, true))
}
