// What a repository or a Kustomization puts on top of Flux' own manifests, in the words of a FluxInstance: patches as text with a target, and nothing else.
import { parseAllDocuments, stringify } from 'yaml'
import type { KubeObject } from '../../ports/kube.ts'
import { resolvePath } from '../kustomization-paths.ts'
import { folderOf } from '../synced-paths.ts'

export interface Target {
  readonly group?: string
  readonly version?: string
  readonly kind?: string
  readonly name?: string
  readonly namespace?: string
  readonly labelSelector?: string
  readonly annotationSelector?: string
}

export interface CarriedPatch {
  readonly patch: string
  /** undefined: the patch names its object itself. */
  readonly target?: Target
}

export interface Carried {
  readonly patches: readonly CarriedPatch[]
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** What a FluxInstance has no place for, a sentence each. */
  readonly left: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>

const TARGET_KEYS = ['group', 'version', 'kind', 'name', 'namespace', 'labelSelector', 'annotationSelector'] as const

/** Keys that are carried, or that say nothing of what Flux is. */
const KNOWN = new Set([
  ...['apiVersion', 'kind', 'metadata', 'resources', 'bases', 'namespace'],
  ...['patches', 'patchesStrategicMerge', 'patchesJson6902', 'images', 'replicas', 'labels'],
])

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})

function targetOf(value: unknown): Target | undefined {
  const found = TARGET_KEYS.flatMap((key) => (typeof fieldsOf(value)[key] === 'string' ? [[key, fieldsOf(value)[key]]] : []))
  return found.length === 0 ? undefined : (Object.fromEntries(found) as Target)
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : stringify(value))

const isInline = (text: string): boolean => text.includes('\n') || text.includes(':')

/** Each document of a text a patch of its own: a FluxInstance takes one object a patch. */
const documentsOf = (text: string): string[] =>
  parseAllDocuments(text)
    .map((document) => String(document).replace(/^---\n/, ''))
    .filter((each) => each.trim() !== '')

/** `at`: path of the kustomization file. `read`: text of a file of the clone; undefined when it cannot be had. */
export function carriedOfFile(fields: Fields, at: string, read: (path: string) => string | undefined): Carried {
  const left: string[] = []
  const patches: CarriedPatch[] = []
  const fromFile = (path: string): string | undefined => {
    const resolved = resolvePath(folderOf(at), path)
    const text = resolved === undefined ? undefined : read(resolved)
    if (text === undefined) left.push(`${at}: the patch in ${path} cannot be read`)
    return text
  }
  for (const each of [...list(fields.patches), ...list(fields.patchesJson6902)].map(fieldsOf)) {
    const text = typeof each.path === 'string' ? fromFile(each.path) : each.patch === undefined ? undefined : textOf(each.patch)
    if (text === undefined) continue
    const target = targetOf(each.target)
    if (each.options !== undefined) left.push(`${at}: options of a patch (${JSON.stringify(each.options)})`)
    if (target !== undefined) patches.push({ patch: text, target })
    else patches.push(...documentsOf(text).map((patch) => ({ patch })))
  }
  for (const each of list(fields.patchesStrategicMerge).map(textOf)) {
    const text = isInline(each) ? each : fromFile(each)
    if (text !== undefined) patches.push(...documentsOf(text).map((patch) => ({ patch })))
  }
  for (const key of Object.keys(fields)) if (!KNOWN.has(key)) left.push(`${at}: ${key}`)
  const { labels, odd } = labelsOf(fields.labels)
  if (odd) left.push(`${at}: labels that are put on selectors or pods`)
  return { patches: [...patches, ...replicaPatches(fields.replicas)], labels, annotations: {}, left }
}

function labelsOf(value: unknown): { labels: Record<string, string>; odd: boolean } {
  const all = list(value).map(fieldsOf)
  const odd = all.some((each) => each.includeSelectors === true || each.includeTemplates === true || each.fields !== undefined)
  return { labels: odd ? {} : Object.assign({}, ...all.map((each) => fieldsOf(each.pairs))), odd }
}

const replicaPatches = (value: unknown): CarriedPatch[] =>
  list(value)
    .map(fieldsOf)
    .map(({ name, count }) => ({
      patch: `- op: replace\n  path: /spec/replicas\n  value: ${Number(count)}\n`,
      target: { kind: 'Deployment', name: String(name) },
    }))

const OWNER_KEYS = ['components', 'namePrefix', 'nameSuffix', 'postBuild', 'targetNamespace', 'kubeConfig'] as const

/** The same of the Kustomization that applies Flux from an artifact of plain manifests. */
export function carriedOfOwner(owner: KubeObject): Carried {
  const spec = fieldsOf(owner.spec)
  const label = `Kustomization ${owner.metadata.namespace}/${owner.metadata.name}`
  const read = (): undefined => undefined
  const { patches, left } = carriedOfFile({ patches: spec.patches }, label, read)
  const metadata = fieldsOf(spec.commonMetadata)
  const odd = OWNER_KEYS.filter((key) => spec[key] !== undefined && !(key === 'targetNamespace' && spec[key] === owner.metadata.namespace))
  return {
    patches,
    labels: fieldsOf(metadata.labels) as Record<string, string>,
    annotations: fieldsOf(metadata.annotations) as Record<string, string>,
    left: [...left, ...odd.map((key) => `${label}: spec.${key}`)],
  }
}
