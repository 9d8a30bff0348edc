// Flux API versions written in a repository that a release does not serve. Objects are read as YAML; what is embedded in them
// (inline patches, health checks, manifests in a ConfigMap) is read line by line, as it is text to YAML but not to Flux.
import { isMap, isScalar, isSeq } from 'yaml'
import { OpsError } from '../errors.ts'
import { findCrd, type ReleaseFacts, release, storageVersion } from './catalogue/index.ts'
import type { RepoFile } from './files.ts'
import { groupOf, isFluxGroup, versionOf } from './kinds.ts'
import {
  isYamlPath,
  nodeAt,
  objectsUnlessTemplate,
  offsetOf,
  partsOf,
  placeOf,
  textAt,
  type YamlObject,
  type YamlPart,
} from './yaml-objects.ts'

export type ManifestFinding = {
  readonly file: string
  readonly line: number // of the apiVersion, 1-based
  readonly kind: string
  readonly name: string // namespace/name, or name; '' when it has none
  readonly apiVersion: string
  /** group/version to write instead; undefined when the target has no such kind at all. */
  readonly replacement?: string
  /** `flux migrate -f` changes it: it knows only `apiVersion: x` with `kind: y` on the very next line, both unquoted. */
  readonly migratable: boolean
}

export type ManifestScan = {
  readonly findings: readonly ManifestFinding[]
  /** Templates and broken YAML that mention a Flux API: nothing is known about them. */
  readonly unscannable: readonly { readonly file: string; readonly line?: number; readonly why: string }[]
  /** YAML files looked at, and Flux objects found in them. */
  readonly files: number
  readonly objects: number
}

type Found = { findings: ManifestFinding[]; unscannable: ManifestScan['unscannable'][number][]; objects: number }

const MENTIONS = /(?:apiVersion|group)["']?\s*:\s*["']?[a-z.]+\.fluxcd\.io/
const LINE = /^(\s*(?:-\s+)?)["']?apiVersion["']?\s*:\s*["']?([a-z.]+\.fluxcd\.io)\/(v[0-9a-z]+)["']?\s*(?:#.*|,)?$/

/** group/version that `target` serves instead; null when `version` is served; undefined when there is no such kind. */
function replacementOf(target: ReleaseFacts, group: string, kind: string, version: string): string | null | undefined {
  const crd = findCrd(target, group, kind)
  if (crd === undefined) return undefined
  if (crd.versions.some((each) => each.name === version && each.served)) return null

  return `${group}/${storageVersion(crd)}`
}

function migratable(lines: readonly string[], line: number, apiVersion: string, kind: string): boolean {
  const written = /apiVersion: +(\S+)/.exec(lines[line - 1] ?? '')?.[1]
  return written === apiVersion && /kind: +(\S+)/.exec(lines[line] ?? '')?.[1] === kind
}

interface Use {
  readonly line: number
  readonly kind: string
  readonly name: string
  readonly group: string
  readonly version: string
}

function finding(target: ReleaseFacts, file: RepoFile, lines: readonly string[], use: Use): ManifestFinding[] {
  const replacement = replacementOf(target, use.group, use.kind, use.version)
  if (replacement === null) return []

  const apiVersion = `${use.group}/${use.version}`
  return [
    {
      file: file.path,
      line: use.line,
      kind: use.kind,
      name: use.name,
      apiVersion,
      ...(replacement === undefined ? {} : { replacement }),
      migratable: replacement !== undefined && /^v\w+$/.test(use.version) && migratable(lines, use.line, apiVersion, use.kind),
    },
  ]
}

const nameOf = (object: YamlObject): string =>
  [textAt(object, ['metadata', 'namespace']), textAt(object, ['metadata', 'name'])].filter((part) => part !== undefined).join('/')

const lineOf = (object: YamlObject, node: unknown): number => placeOf(object.part.file.text, offsetOf(object, node)).line

function useOf(object: YamlObject): Use[] {
  const apiVersion = textAt(object, ['apiVersion']) ?? ''
  if (!isFluxGroup(groupOf(apiVersion))) return []

  const line = lineOf(object, nodeAt(object, ['apiVersion']))
  return [{ line, kind: textAt(object, ['kind']) ?? '', name: nameOf(object), group: groupOf(apiVersion), version: versionOf(apiVersion) }]
}

/** Targets of patches, in a kustomization and in a Flux Kustomization: one that names a version no longer matches once that is migrated. */
function targetsOf(object: YamlObject): Use[] {
  return [['patches'], ['spec', 'patches']].flatMap((path) => {
    const patches = nodeAt(object, path)
    return isSeq(patches) ? patches.items.flatMap((patch) => (isMap(patch) ? targetOf(object, patch.get('target', true)) : [])) : []
  })
}

function targetOf(object: YamlObject, target: unknown): Use[] {
  if (!isMap(target)) return []

  const within = { ...object, map: target }
  const version = nodeAt(within, ['version'])
  const group = textAt(within, ['group']) ?? ''
  if (!isScalar(version) || !isFluxGroup(group)) return []
  const kind = textAt(within, ['kind']) ?? ''
  return [
    {
      line: lineOf(object, version),
      kind,
      name: `patch target ${textAt(within, ['name']) ?? kind}`,
      group,
      version: String(version.value),
    },
  ]
}

/** `kind:` of the same mapping: on one of the lines around with the same indentation. */
function kindAround(lines: readonly string[], index: number, indent: number): string {
  for (const offset of [1, -1, 2, -2, 3]) {
    const found = /^(\s*(?:-\s+)?)["']?kind["']?\s*:\s*["']?(\w+)/.exec(lines[index + offset] ?? '')
    if (found && (found[1] ?? '').length === indent) return found[2] ?? ''
  }
  return ''
}

function embedded(part: YamlPart, lines: readonly string[], taken: ReadonlySet<number>): Use[] {
  const first = placeOf(part.file.text, part.base).line
  const count = part.text.split('\n').length
  return lines.slice(first - 1, first - 1 + count).flatMap((text, index): Use[] => {
    const line = first + index
    const found = LINE.exec(text.replace(/\r$/, ''))
    if (!found || taken.has(line)) return []

    const [, lead = '', group = '', version = ''] = found
    const kind = kindAround(lines, line - 1, lead.length)
    return kind === '' || !isFluxGroup(group) ? [] : [{ line, kind, name: '', group, version }]
  })
}

/**
 * How many objects a document holds whose every mention of a Flux API is one line with its kind beside it, and served; undefined where only
 * parsing tells. Most documents are like that, and parsing is what takes the time.
 */
function plainlyServed(part: YamlPart, target: ReleaseFacts): number | undefined {
  const lines = part.text.split('\n')
  let mentions = 0
  for (const [index, line] of lines.entries()) {
    if (!MENTIONS.test(line)) continue
    const [, lead = '', group = '', version = ''] = LINE.exec(line.replace(/\r$/, '')) ?? []
    const kind = group === '' ? '' : kindAround(lines, index, lead.length)
    if (kind === '' || replacementOf(target, group, kind, version) !== null) return undefined
    mentions += 1
  }
  return mentions
}

function scanPart(part: YamlPart, target: ReleaseFacts, lines: readonly string[]): Found {
  if (!MENTIONS.test(part.text)) return { findings: [], unscannable: [], objects: 0 }

  const served = plainlyServed(part, target)
  if (served !== undefined && served > 0) return { findings: [], unscannable: [], objects: served }
  const mentioned = placeOf(part.file.text, part.base + part.text.search(MENTIONS)).line
  const unknown = (why: string, line = mentioned): Found => ({
    findings: [],
    unscannable: [{ file: part.file.path, line, why }],
    objects: 0,
  })
  try {
    const objects = objectsUnlessTemplate(part)
    if (objects === undefined) return unknown('is a template')
    const uses = objects.flatMap(useOf)
    const known = [...uses, ...objects.flatMap(targetsOf)]
    const all = [...known, ...embedded(part, lines, new Set(known.map((use) => use.line)))]
    return { findings: all.flatMap((use) => finding(target, part.file, lines, use)), unscannable: [], objects: uses.length }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    // `file:line: what`, as it stands alone; here the place has a column of its own.
    const [, line, what] = error.message.startsWith(`${part.file.path}:`)
      ? (/^:(\d+): (.*)$/s.exec(error.message.slice(part.file.path.length)) ?? [])
      : []
    return line === undefined || what === undefined ? unknown(error.message) : unknown(what, Number(line))
  }
}

/**
 * Flux objects written in an API version that release `target` does not serve, in order of files and lines. SOPS files are read as they are.
 * Throws OpsError `flux-version-unknown`; for a file never: what cannot be read is in `unscannable`.
 */
export function scanManifests(files: readonly RepoFile[], target: string): ManifestScan {
  const facts = release(target)
  const yaml = files.filter((file) => isYamlPath(file.path))
  const found = yaml.flatMap((file) => {
    if (!MENTIONS.test(file.text)) return []
    const lines = file.text.split('\n')
    return partsOf(file).map((part) => scanPart(part, facts, lines))
  })

  return {
    findings: found.flatMap((each) => each.findings.sort((a, b) => a.line - b.line)),
    unscannable: found.flatMap((each) => each.unscannable),
    files: yaml.length,
    objects: found.reduce((sum, each) => sum + each.objects, 0),
  }
}
