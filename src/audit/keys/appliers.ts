// Flux Kustomizations that apply this repository, as the cluster has them, or as files say where no cluster was asked: which sealed files each
// applies, and how it is to decrypt them.
import { isScalar, isSeq } from 'yaml'
import type { RepoFile } from '../../flux/files.ts'
import { sameRepository } from '../../flux/git-urls.ts'
import { KustomizeTree } from '../../flux/kustomize-tree.ts'
import { cleanFolder, componentsOf } from '../../flux/synced-paths.ts'
import { nodeAt, objectsThatMention, offsetOf, placeOf, scalarText, textAt, type YamlObject } from '../../flux/yaml-objects.ts'
import type { KubeObject } from '../../ports/kube.ts'
import type { Unanswered, Where } from '../model.ts'
import { type KeysWorld, perWorld, type SealedFile, sealedFiles } from './world.ts'

export interface Applier {
  readonly where: Where
  readonly name: string
  /** `namespace`, where it is known. */
  readonly namespace: string | undefined
  readonly provider: string | undefined
  /** Name of the Secret that it names itself. */
  readonly secret: string | undefined
  readonly sealed: readonly SealedFile[]
  readonly from: 'cluster' | 'file'
}

const FLUX = 'kustomize.toolkit.fluxcd.io/'
const SOURCE = /^kind: *["']?GitRepository/m
const MENTIONS = /kustomize\.toolkit\.fluxcd\.io\//

const ofObject = ({ metadata, spec }: KubeObject): Omit<Applier, 'sealed'> => {
  const decryption = spec?.decryption
  const secret = decryption?.secretRef?.name
  return {
    where: { object: `Kustomization ${metadata.namespace ?? ''}/${metadata.name}` },
    name: metadata.name,
    namespace: metadata.namespace,
    provider: typeof decryption?.provider === 'string' ? decryption.provider : undefined,
    secret: typeof secret === 'string' ? secret : undefined,
    from: 'cluster',
  }
}

const ofFile = (object: YamlObject): Omit<Applier, 'sealed'> => ({
  where: { path: object.part.file.path, line: placeOf(object.part.file.text, offsetOf(object, object.map)).line },
  name: textAt(object, ['metadata', 'name']) ?? '',
  namespace: textAt(object, ['metadata', 'namespace']),
  provider: textAt(object, ['spec', 'decryption', 'provider']),
  secret: textAt(object, ['spec', 'decryption', 'secretRef', 'name']),
  from: 'file',
})

const writtenComponents = (object: YamlObject): string[] => {
  const list = nodeAt(object, ['spec', 'components'])
  return isSeq(list) ? list.items.flatMap((item) => (isScalar(item) ? scalarText(item) : [])) : []
}

const fluxKustomizations = (files: readonly RepoFile[]): YamlObject[] =>
  objectsThatMention(files, MENTIONS).filter(
    (object) => textAt(object, ['kind']) === 'Kustomization' && textAt(object, ['apiVersion'])?.startsWith(FLUX) === true,
  )

/** Names of GitRepositories that the repository itself declares, and that are other repositories. */
function foreignSources({ files, remotes }: KeysWorld): ReadonlySet<string> {
  if (remotes.length === 0) return new Set()
  const sources = objectsThatMention(files, SOURCE).filter((object) => textAt(object, ['kind']) === 'GitRepository')
  const foreign = sources.filter((source) => {
    const url = textAt(source, ['spec', 'url'])
    return url !== undefined && !remotes.some((remote) => sameRepository(remote, url))
  })
  return new Set(foreign.map((source) => textAt(source, ['metadata', 'name']) ?? ''))
}

/**
 * Of the cluster those that apply this repository; of files those that the cluster does not have by that name. Only those that apply a sealed file.
 * Throws as objectsThatMention.
 */
export const appliersOf = perWorld((world): Applier[] => {
  const tree = new KustomizeTree([...world.files, ...world.sealed])
  const sealed = new Map(sealedFiles(world).map((file) => [file.path, file]))
  const sealedIn = (folder: string, components: readonly string[]): SealedFile[] =>
    tree.applied(folder, components).flatMap((path) => sealed.get(path) ?? [])
  const cluster = world.cluster === undefined || 'unread' in world.cluster ? undefined : world.cluster
  const live = (cluster?.applied ?? []).map(({ kustomization, folder }) => ({
    ...ofObject(kustomization),
    sealed: sealedIn(folder, componentsOf(kustomization)),
  }))
  const names = new Set(cluster?.kustomizations ?? [])
  const foreign = foreignSources(world)
  const isForeign = (object: YamlObject): boolean =>
    textAt(object, ['spec', 'sourceRef', 'kind']) === 'GitRepository' && foreign.has(textAt(object, ['spec', 'sourceRef', 'name']) ?? '')
  const written = fluxKustomizations(world.files).flatMap((object): Applier[] => {
    const path = textAt(object, ['spec', 'path'])
    const folder = path === undefined ? undefined : cleanFolder(path)
    const of = ofFile(object)
    if (folder === undefined || !tree.has(folder) || names.has(of.name) || isForeign(object)) return []
    return [{ ...of, sealed: sealedIn(folder, writtenComponents(object)) }]
  })
  return [...live, ...written].filter(({ sealed: files }) => files.length > 0)
})

/** A cluster that was asked and applies nothing of this repository tells nothing about its sealed files: it may be the wrong one. */
export function nothingApplied(world: KeysWorld): Unanswered[] {
  const { cluster } = world
  if (cluster === undefined || 'unread' in cluster || cluster.applied.length > 0 || sealedFiles(world).length === 0) return []
  const cause = 'it applies nothing of this repository, as no GitRepository has one of its remotes'
  return [{ cause: `${cluster.context}: ${cause}. Another one: --context NAME; none: --no-cluster` }]
}

const PATCHES = /^ *patches(?:StrategicMerge|Json6902)? *:/m
/** A patch is longer than this only where it does much more. */
const PATCH_LINES = 60

/** The line in which a patch says something of decryption. */
function patchLine(text: string): number | undefined {
  const lines = text.split('\n')
  let left = 0
  for (const [index, line] of lines.entries()) {
    if (/^[ -]*(?:patch|path):/.test(line)) left = PATCH_LINES
    if (left > 0 && line.includes('decryption')) return index + 1
    left -= 1
  }
  return undefined
}

/** Where the repository says that decryption is put into Kustomizations from outside: then their own files do not tell. */
export const decryptionPatch = perWorld(({ files }): Where | undefined => {
  for (const file of files) {
    const line = PATCHES.test(file.text) && file.text.includes('decryption') ? patchLine(file.text) : undefined
    if (line !== undefined && /\.ya?ml$/.test(file.path)) return { path: file.path, line }
  }
  const merged = fluxKustomizations(files).find(
    (object) => textAt(object, ['spec', 'decryption', 'provider']) !== undefined && textAt(object, ['spec', 'path']) === undefined,
  )
  return merged === undefined ? undefined : ofFile(merged).where
})
