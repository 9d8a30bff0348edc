// Where a layout lies. `git.path` is what the cluster follows: the Kustomization that bootstrap makes applies that folder and nothing else, so that
// everything has to hang below it or be named from it. Folder `flux` may be that folder, lie in it, or hold it as `flux/config`.
import type { ClusterFile } from '../cluster-file/schema.ts'
import { cleanFolder, folderOf } from '../flux/synced-paths.ts'

export interface Places {
  /** git.path without `.`; '' is the root. */
  readonly followed: string
  /** Folder of infra, operators, core and apps. */
  readonly root: string
  readonly flux: string
  readonly config: string
  /** Folder of the pin, with style kustomize. */
  readonly bootstrap: string
  /** What Kustomization `cluster` applies. Never what another Kustomization applies already: both would own the same objects. */
  readonly cluster: string
  /** Bootstrap makes a GitRepository and a Kustomization that applies git.path; otherwise `config` holds them. */
  readonly synced: boolean
  /** Name of the folder in git.path that holds Flux itself: that of the namespace. */
  readonly gotk: string | undefined
}

export const join = (...parts: readonly string[]): string => cleanFolder(parts.join('/'))

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** As spec.path of a Kustomization. */
export const asPath = (folder: string): string => `./${folder}`

/** As an entry of `resources` in `from`, for what lies below it. */
export const below = (from: string, path: string): string => `./${from === '' ? path : path.slice(from.length + 1)}`

function treeOf(followed: string, synced: boolean): Pick<Places, 'root' | 'flux' | 'cluster'> {
  const inConfig = nameOf(followed) === 'config' && nameOf(folderOf(followed)) === 'flux'
  const flux = inConfig ? folderOf(followed) : nameOf(followed) === 'flux' ? followed : join(followed, 'flux')
  const root = folderOf(flux)
  if (inConfig) return { root, flux, cluster: flux }
  return { root, flux, cluster: synced ? (flux === followed ? root : flux) : followed }
}

export function placesOf({ flux: { style, namespace }, git, layout }: Pick<ClusterFile, 'flux' | 'git' | 'layout'>): Places {
  const followed = cleanFolder(git.path)
  const synced = style !== 'kustomize'
  const tree = layout.kind === 'overlays' ? { root: followed, flux: join(followed, 'flux'), cluster: followed } : treeOf(followed, synced)
  return {
    followed,
    ...tree,
    config: join(tree.flux, 'config'),
    bootstrap: join(tree.root, 'bootstrap'),
    synced,
    gotk: synced ? namespace : undefined,
  }
}
