// Which folders of a repository a cluster applies: its Kustomizations whose GitRepository is this very repository.
import type { KubeObject } from '../ports/kube.ts'
import { sameRepository } from './git-urls.ts'

/** A Kustomization that applies a folder of this very repository. */
export type SyncedPath = {
  readonly kustomization: string // namespace/name
  readonly source: string // namespace/name of the GitRepository
  readonly path: string // relative to the root, '' is the root
  readonly components?: readonly string[] // spec.components, relative to `path`; left out where there are none
  readonly branch?: string
  readonly suspended: boolean
}

export const keyOf = (object: KubeObject): string => `${object.metadata.namespace ?? ''}/${object.metadata.name}`

/** spec.components of a Kustomization: folders that are applied with its own. */
export const componentsOf = ({ spec }: KubeObject): string[] => {
  const list: unknown = spec?.components
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : []
}

export const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '')

/** `./cluster/flux/` and `cluster/flux` alike; '' is the root. */
export const cleanFolder = (path: string): string =>
  path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')

export const isUnder = (path: string, folder: string): boolean => folder === '' || path === folder || path.startsWith(`${folder}/`)

/** Which folders of the repository the cluster applies. Empty: the cluster syncs another repository. */
export function syncedPaths(
  cluster: { readonly kustomizations: readonly KubeObject[]; readonly gitRepositories: readonly KubeObject[] },
  remotes: readonly string[],
): SyncedPath[] {
  const ours = new Map(
    cluster.gitRepositories
      .filter((source) => remotes.some((remote) => sameRepository(remote, String(source.spec?.url ?? ''))))
      .map((source) => [keyOf(source), source]),
  )
  return cluster.kustomizations.flatMap((object): SyncedPath[] => {
    const ref = object.spec?.sourceRef
    const source = ours.get(`${ref?.namespace ?? object.metadata.namespace}/${ref?.name}`)
    if (ref?.kind !== 'GitRepository' || source === undefined) return []

    const components = componentsOf(object)
    const { name, branch = /^refs\/heads\/(.+)$/.exec(String(name ?? ''))?.[1] }: Record<string, unknown> = source.spec?.ref ?? {}
    return [
      {
        kustomization: keyOf(object),
        source: keyOf(source),
        path: cleanFolder(String(object.spec?.path ?? '')),
        ...(components.length > 0 ? { components } : {}),
        ...(typeof branch === 'string' ? { branch } : {}),
        suspended: object.spec?.suspend === true,
      },
    ]
  })
}
