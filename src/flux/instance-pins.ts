// Where a repository says the version of a FluxInstance: in its manifest, in the values of the HelmRelease that makes it, or in a file of such values.
import { isScalar } from 'yaml'
import type { RepoFile } from './files.ts'
import { FULL, idOf, isAliasAt, needsPerson, scalarPin } from './pin-places.ts'
import { findPins, type Pin } from './pins.ts'
import { nodeAt, objectsThatMention, scalarText, textAt, type YamlObject } from './yaml-objects.ts'

export type InstancePin = Pin & {
  /** What the version stands in. A file of values has no object: it belongs to the HelmRelease whose folder it is in. */
  readonly holder: 'FluxInstance' | 'HelmRelease' | 'values'
}

const MENTIONS = /^\s*kind:\s*["']?FluxInstance\b|^\s*distribution:/m
const OF_VALUES = ['instance', 'distribution'] as const

const why = (text: string): string => {
  if (text.includes('$')) return 'is filled in by a variable; write the version itself'
  const moves = 'the operator goes to the newest release in it by itself, without a commit; write the one version that runs'
  return /[x*^~<>=|\s-]/i.test(text) || /^v?\d+(\.\d+)?$/.test(text) ? `is a range: ${moves}` : 'is no version'
}

function versionPin(object: YamlObject, folder: readonly string[], extra: { object?: string }): Pin[] {
  const node = nodeAt(object, [...folder, 'version'])
  if (!isScalar(node)) return []
  const text = scalarText(node)
  if (isAliasAt(object, folder, 'version')) return [needsPerson(object, node, text, 'is an alias of a value that stands elsewhere', extra)]
  return FULL.test(text) ? [scalarPin('flux-instance', object, node, text, extra)] : [needsPerson(object, node, text, why(text), extra)]
}

const holding = (holder: InstancePin['holder'], pins: readonly Pin[]): InstancePin[] => pins.map((pin) => ({ ...pin, holder }))

function pinsOf(object: YamlObject): InstancePin[] {
  const kind = textAt(object, ['kind'])
  if (kind === 'FluxInstance') return holding('FluxInstance', versionPin(object, ['spec', 'distribution'], { object: idOf(object) }))
  if (kind === 'HelmRelease') return holding('HelmRelease', versionPin(object, ['spec', 'values', ...OF_VALUES], { object: idOf(object) }))
  return kind === undefined ? holding('values', versionPin(object, OF_VALUES, {})) : []
}

/** In order of files and lines. Throws as findPins does, only for documents that seem to hold one. */
export const findInstancePins = (files: readonly RepoFile[]): InstancePin[] => objectsThatMention(files, MENTIONS).flatMap(pinsOf)

/** What says a version of Flux, in whatever style. Throws as findPins does. */
export const findAllPins = (files: readonly RepoFile[]): Pin[] => [...findPins(files), ...findInstancePins(files)]
