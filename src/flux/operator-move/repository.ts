// What the repository holds after the move: the files of Flux itself go, the FluxInstance and the operator take their place in the same folder.
import { isMap, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml'
import type { RepoFile } from '../files.ts'
import { sibling } from '../style-view.ts'
import { folderOf } from '../synced-paths.ts'

export const OPERATOR_FILE = 'flux-operator.yaml'
export const INSTANCE_FILE = 'flux-instance.yaml'

/** text null: the file goes. */
export interface FileChange {
  readonly path: string
  readonly text: string | null
}

const PATCH_KEYS = ['patches', 'patchesJson6902', 'patchesStrategicMerge', 'replicas'] as const
export type PatchKey = (typeof PATCH_KEYS)[number]

const entryText = (node: unknown): string => (isScalar(node) ? String(node.value) : '')

const bare = (entry: string): string => entry.replace(/^\.\//, '')

export interface KustomizationEdit {
  /** undefined: nothing is left in it that it would apply. */
  readonly text: string | undefined
  /** What it lists besides. */
  readonly others: readonly string[]
}

export interface Leaving {
  readonly resource: (entry: string) => boolean
  /** One entry of `key`, as plain data: it was for Flux alone, and stands in the FluxInstance by then. kustomize fails where a patch finds nothing. */
  readonly patch: (entry: unknown, key: PatchKey) => boolean
}

/**
 * A kustomization file without some entries and with others in the place of the first resource that goes; comments, order and quotes of the rest stay.
 * Where nothing else is listed, what was put on Flux goes as a whole.
 */
export function editKustomization(text: string, leaving: Leaving, coming: readonly string[]): KustomizationEdit {
  const document = parseDocument(text, { logLevel: 'silent' })
  const root = document.contents as YAMLMap
  const resources = isMap(root) ? root.get('resources', true) : undefined
  if (!isMap(root) || !isSeq(resources)) return { text: coming.length === 0 ? undefined : freshKustomization(coming), others: [] }
  const goes = (item: unknown): boolean => leaving.resource(bare(entryText(item)))
  const at = resources.items.findIndex(goes)
  const others = resources.items.filter((item) => !goes(item))
  const before = resources.items.slice(0, Math.max(0, at)).filter((item) => others.includes(item)).length
  // kustomize takes the same resource twice for an error.
  const fresh = coming.filter((entry) => !others.some((item) => bare(entryText(item)) === bare(entry)))
  resources.items = [...others.slice(0, before), ...fresh.map((entry) => document.createNode(entry)), ...others.slice(before)]
  if (resources.items.length === 0) return { text: undefined, others: [] }
  if (at >= 0) for (const key of [...PATCH_KEYS, 'images', 'labels']) dropPatches(root, key, others.length === 0 ? undefined : leaving)
  return { text: document.toString({ lineWidth: 0 }), others: others.map(entryText) }
}

const asData = (item: unknown): unknown => (isScalar(item) ? item.value : isMap(item) ? item.toJSON() : undefined)

/** `leaving` undefined: all of them. */
function dropPatches(root: YAMLMap, key: string, leaving: Leaving | undefined): void {
  const node = root.get(key, true)
  if (leaving === undefined || !isSeq(node)) {
    if (leaving === undefined) root.delete(key)
    return
  }
  const known = PATCH_KEYS.find((each) => each === key)
  if (known === undefined) return
  node.items = node.items.filter((item) => !leaving.patch(asData(item), known))
  if (node.items.length === 0) root.delete(key)
}

export const freshKustomization = (entries: readonly string[]): string =>
  ['apiVersion: kustomize.config.k8s.io/v1beta1', 'kind: Kustomization', 'resources:', ...entries.map((each) => `  - ${each}`), ''].join(
    '\n',
  )

const documentsOf = (text: string): string[] => text.split(/^(?=---[ \t]*\r?$)/m)

const field = (text: string, name: string): string | undefined => {
  const value = parseDocument(text, { logLevel: 'silent' }).toJS() as { kind?: string; metadata?: { name?: string } } | null
  return name === 'kind' ? value?.kind : value?.metadata?.name
}

/** A file of several manifests without those of one kind and name each; null when none is left. */
export function withoutObjects(text: string, leaving: readonly { readonly kind: string; readonly name: string }[]): string | null {
  const kept = documentsOf(text).filter((part) => {
    const body = part.replace(/^---[ \t]*\r?\n/, '')
    if (body.trim() === '') return false
    return !leaving.some(({ kind, name }) => field(body, 'kind') === kind && field(body, 'name') === name)
  })
  return kept.length === 0 ? null : kept.join('')
}

const KUSTOMIZATIONS = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

export const kustomizationIn = (files: readonly RepoFile[], folder: string): RepoFile | undefined =>
  KUSTOMIZATIONS.map((name) => (folder === '' ? name : `${folder}/${name}`))
    .map((path) => files.find((file) => file.path === path))
    .find((file) => file !== undefined)

export interface NewFiles {
  readonly operator: string
  readonly instance: string
}

const freshFiles = (beside: string, fresh: NewFiles): FileChange[] => [
  { path: sibling(beside, OPERATOR_FILE), text: fresh.operator },
  { path: sibling(beside, INSTANCE_FILE), text: fresh.instance },
]

const nameIn = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

type Patch = Leaving['patch']

/** Of `flux bootstrap`: gotk-components.yaml and gotk-sync.yaml go. */
export function bootstrapChanges(
  files: readonly RepoFile[],
  at: { components: string; sync: string },
  fresh: NewFiles,
  patch: Patch,
): FileChange[] {
  const gone = [at.components, at.sync]
  const own = kustomizationIn(files, folderOf(at.components))
  const resource = (entry: string): boolean => gone.map(nameIn).includes(entry)
  const text = own && editKustomization(own.text, { resource, patch }, [OPERATOR_FILE, INSTANCE_FILE]).text
  return [
    ...gone.map((path) => ({ path, text: null })),
    ...(own === undefined || text === undefined ? [] : [{ path: own.path, text }]),
    ...freshFiles(at.components, fresh),
  ]
}

export interface PinPlaces {
  /** Files with the OCIRepository or with the Kustomization that applies it; the new files come beside the first. */
  readonly files: readonly string[]
  /** Names of the two. */
  readonly source: string
  readonly kustomization: string
  /** Folders whose kustomization file names Flux by its address. */
  readonly bases: readonly string[]
}

const isRemote = (entry: string): boolean => /(^|\/)fluxcd\/flux2[/@?]/.test(entry)

/** Of a kustomize pin with self-management: the pin, the OCIRepository and its Kustomization go. */
export function pinChanges(files: readonly RepoFile[], at: PinPlaces, fresh: NewFiles, patch: Patch): FileChange[] {
  const [first = ''] = at.files
  const leaving = [
    { kind: 'OCIRepository', name: at.source },
    { kind: 'Kustomization', name: at.kustomization },
  ]
  const rest = at.files.map((path) => ({ path, text: withoutObjects(files.find((file) => file.path === path)?.text ?? '', leaving) }))
  const folders = [...new Set([...at.files, first].map(folderOf))]
  const listed = folders.flatMap((folder): FileChange[] => {
    const own = kustomizationIn(files, folder)
    if (own === undefined) return []
    const empty = rest.filter(({ path, text }) => text === null && folderOf(path) === folder).map(({ path }) => nameIn(path))
    const coming = folder === folderOf(first) ? [OPERATOR_FILE, INSTANCE_FILE] : []
    const { text } = editKustomization(own.text, { resource: (entry) => empty.includes(entry), patch: () => false }, coming)
    return text === undefined ? [] : [{ path: own.path, text }]
  })
  const bases = at.bases.flatMap((folder): FileChange[] => {
    const base = kustomizationIn(files, folder)
    return base === undefined
      ? []
      : [{ path: base.path, text: editKustomization(base.text, { resource: isRemote, patch }, []).text ?? null }]
  })
  return [...rest, ...listed, ...bases, ...freshFiles(first, fresh)]
}
