// The patches that a repository and the cluster put on top of Flux' own manifests, layer by layer, and how to lay them over those of another
// release: first the kustomization beside the pin, then the spec of the Kustomization by which Flux applies itself.
import { RE2JS } from 're2js'
import { parse } from 'yaml'
import type { KubeObject } from '../ports/kube.ts'
import type { RepoFile } from './files.ts'
import { objectLabel } from './kinds.ts'

export interface PatchLayer {
  /** Path of the kustomization file, or `Kustomization namespace/name`. */
  readonly where: string
  /** A kustomize overlay over `base.yaml`; paths below the clone begin with the link's name. */
  readonly overlay: Readonly<Record<string, unknown>>
  readonly targets: readonly PatchTarget[]
}

/** What a patch names by kind and by a pattern for the name; kustomize says nothing where it matches nothing. */
export interface PatchTarget {
  readonly kind: string
  readonly name: string
}

type Fields = Readonly<Record<string, unknown>>

const KEPT = ['namespace', 'namePrefix', 'nameSuffix', 'images', 'replicas', 'patchesJson6902'] as const

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

const isOwnManifest = (entry: string): boolean => entry.includes('fluxcd/flux2') || /(^|\/)gotk-components\.yaml$/.test(entry)

const isInline = (text: string): boolean => text.includes('\n') || text.includes(':')

/** `path` keys of patches name files of the clone. */
const relocated =
  (folder: string) =>
  (patch: unknown): unknown => {
    const path = (patch as Fields | null)?.path
    return typeof path === 'string' ? { ...(patch as Fields), path: `${folder}/${path}` } : patch
  }

function targetsOf(patches: readonly unknown[]): PatchTarget[] {
  return patches.flatMap((patch) => {
    const { kind, name } = ((patch as Fields | null)?.target ?? {}) as Fields
    return typeof kind === 'string' && typeof name === 'string' ? [{ kind, name }] : []
  })
}

const hasPatches = (overlay: Fields): boolean =>
  ['patches', 'patchesStrategicMerge', 'patchesJson6902'].some((key) => list(overlay[key]).length > 0)

/** The kustomization file beside the pin; undefined when it patches nothing. Throws what the YAML parser throws. `link`: name of the link to the clone. */
export function layerOfFile(file: RepoFile, link: string): PatchLayer | undefined {
  const parsed: unknown = parse(file.text, { maxAliasCount: 100 })
  const fields = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as Fields
  const folder = [link, ...file.path.split('/').slice(0, -1)].join('/')
  const entries = ['resources', 'bases'].flatMap((key) => list(fields[key])).map(String)
  const others = entries
    .filter((entry) => !isOwnManifest(entry))
    .map((entry) => (/^\w+:\/\/|^github\.com/.test(entry) ? entry : `${folder}/${entry}`))
  const strategic = list(fields.patchesStrategicMerge).map((entry) => (isInline(String(entry)) ? entry : `${folder}/${String(entry)}`))
  const patches = list(fields.patches).map(relocated(folder))
  const overlay: Fields = {
    resources: ['base.yaml', ...others],
    ...Object.fromEntries(KEPT.flatMap((key) => (fields[key] === undefined ? [] : [[key, fields[key]]]))),
    ...(list(fields.patchesJson6902).length === 0 ? {} : { patchesJson6902: list(fields.patchesJson6902).map(relocated(folder)) }),
    ...(strategic.length === 0 ? {} : { patchesStrategicMerge: strategic }),
    ...(patches.length === 0 ? {} : { patches }),
  }
  if (!hasPatches(overlay)) return undefined
  return { where: file.path, overlay, targets: targetsOf([...patches, ...list(fields.patchesJson6902)]) }
}

/** What the Kustomization that applies Flux puts on top; undefined when it patches nothing. */
export function layerOfOwner(owner: KubeObject): PatchLayer | undefined {
  const patches = list(owner.spec?.patches)
  if (patches.length === 0) return undefined
  return { where: objectLabel(owner), overlay: { resources: ['base.yaml'], patches }, targets: targetsOf(patches) }
}

/** Deployments that run here, that a patch names and that the target does not have: its settings would be lost without a word. */
export function lostTargets(
  layers: readonly PatchLayer[],
  running: readonly string[],
  next: readonly string[],
): { where: string; name: string }[] {
  return layers.flatMap(({ where, targets }) =>
    targets.flatMap(({ kind, name }) => {
      if (kind !== 'Deployment') return []
      const matches = matcher(name)
      const had = running.filter(matches)
      return had.length > 0 && !next.some(matches) ? [{ where, name: had.join(', ') }] : []
    }),
  )
}

/** Names of targets are regular expressions of Go for the whole name; in its engine none takes longer than its text is long. */
function matcher(pattern: string): (name: string) => boolean {
  try {
    const expression = RE2JS.compile(pattern)
    return (name) => expression.matches(name)
  } catch {
    return (name) => name === pattern
  }
}
