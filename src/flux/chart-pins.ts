// Where a repository says the version of the chart flux2: in the HelmRelease, or in the OCIRepository that the HelmRelease refers to. It is a
// version of the chart; which Flux that holds only the chart's repository knows.
import { isScalar } from 'yaml'
import type { RepoFile } from './files.ts'
import { FULL, idOf, isAliasAt, needsPerson, scalarPin } from './pin-places.ts'
import type { Pin } from './pins.ts'
import { nodeAt, objectsThatMention, scalarText, textAt, type YamlObject } from './yaml-objects.ts'

/** Name of the community's chart: https://github.com/fluxcd-community/helm-charts */
export const FLUX_CHART = 'flux2'

export type ChartPin = Pin & { readonly holder: 'HelmRelease' | 'OCIRepository' }

const MENTIONS = /^\s*(chart|url):.*\bflux2\b/m
const RELEASE = ['spec', 'chart', 'spec'] as const
const REF = ['spec', 'ref'] as const

const RANGE = 'is a range: Flux goes to the newest chart in it by itself, without a commit; write the one version that runs'

function versionPin(object: YamlObject, folder: readonly string[], key: string): Pin {
  const of = { object: idOf(object) }
  const node = nodeAt(object, [...folder, key])
  if (!isScalar(node)) return needsPerson(object, object.map, '', 'names no version of the chart, so it follows the newest', of)
  const text = scalarText(node)
  if (isAliasAt(object, folder, key)) return needsPerson(object, node, text, 'is an alias of a value that stands elsewhere', of)
  if (FULL.test(text)) return scalarPin('helm-chart', object, node, text, of)
  return needsPerson(object, node, text, text.includes('$') ? 'is filled in by a variable; write the version itself' : RANGE, of)
}

/** A digest wins over a range, a range over a tag. */
function ociPin(object: YamlObject): Pin {
  for (const [key, why] of [
    ['digest', 'is pinned by digest'],
    ['semver', RANGE],
  ] as const) {
    const node = nodeAt(object, [...REF, key])
    if (isScalar(node)) return needsPerson(object, node, scalarText(node), why, { object: idOf(object) })
  }
  return versionPin(object, REF, 'tag')
}

function pinsOf(object: YamlObject): ChartPin[] {
  const kind = textAt(object, ['kind'])
  if (kind === 'HelmRelease' && textAt(object, [...RELEASE, 'chart']) === FLUX_CHART)
    return [{ ...versionPin(object, RELEASE, 'version'), holder: kind }]
  if (kind === 'OCIRepository' && /\/flux2\/?$/.test(textAt(object, ['spec', 'url']) ?? '')) return [{ ...ociPin(object), holder: kind }]
  return []
}

/** In order of files and lines. Throws as findPins does, only for documents that seem to hold one. */
export const findChartPins = (files: readonly RepoFile[]): ChartPin[] => objectsThatMention(files, MENTIONS).flatMap(pinsOf)
