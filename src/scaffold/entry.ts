// The way from the folder that the cluster follows to Kustomization `cluster`: `config` holds it, and with style kustomize the source of it as well.
import { manifests } from './manifest.ts'
import { type Applied, gitRepository, kustomization } from './objects.ts'
import { asPath, join, type Places } from './places.ts'
import type { Plot } from './plot.ts'
import { selfManagement } from './self-management.ts'
import type { VariableFolder } from './variables.ts'

export const CLUSTER = 'cluster'

export const clusterFile = (plot: Plot): string => join(plot.places.config, 'cluster.yaml')

/** Lays out `config`; what has to be listed of it. `more`: what Kustomization `cluster` has beside its path. */
export function layConfig(plot: Plot, vars: VariableFolder, more: Partial<Applied> = {}): readonly string[] {
  const { draft, places, setting, file } = plot
  const path = clusterFile(plot)
  const { applied } = vars
  const root: Applied = { name: CLUSTER, folder: places.cluster, interval: '30m', wait: false, ...more }
  const text = manifests(
    ...(places.synced ? [] : [gitRepository(setting, file.git)]),
    ...(applied === undefined ? [] : [applied.manifest]),
    kustomization(setting, { ...root, dependsOn: applied === undefined ? [] : [applied.name] }),
  )
  draft.add(path, text, 'the root: what Flux applies of this repository')
  if (places.synced && draft.appliesFolder(path, places.followed))
    draft.advise(
      `${path}: a Kustomization applies ${asPath(places.followed)}, which the cluster follows by itself: two would own the same objects. Take it out, or let git.path be ${places.config}`,
    )
  const own = places.synced ? [] : selfManagement(plot)
  const also = places.followed === places.config ? gotkOf(places) : []
  return draft.leaf({ folder: places.config, lists: [...own, path], also, why: 'what is applied of config', byHand: !places.synced })
}

const gotkOf = ({ gotk }: Places): readonly string[] => (gotk === undefined ? [] : [gotk])

export interface Root {
  /** What has to be listed of `config`, and beside it. */
  readonly config: readonly string[]
  readonly lists: readonly string[]
  readonly vars: VariableFolder
  /** Folders that Kustomizations of their own apply. */
  readonly folders: readonly string[]
}

/** The kustomization files of what Kustomization `cluster` applies, and of git.path where bootstrap makes the Kustomization that applies it. */
export function layRoot(plot: Plot, { config, lists, vars, folders }: Root): void {
  const { draft, places } = plot
  const path = clusterFile(plot)
  if (draft.keeps(path) && !draft.appliesFolder(path, places.cluster)) {
    // Another root is there: what it applies is its own affair.
    draft.leaf({ folder: places.flux, lists, why: '' })
    return
  }
  const elsewhere = [...folders, places.bootstrap, ...(vars.applied === undefined ? [] : [vars.applied.folder])]
  draft.kustomization({
    folder: places.cluster,
    until: places.synced ? places.flux : places.cluster,
    lists: places.synced ? lists : [...config, ...lists],
    except: places.synced ? [...elsewhere, places.config] : elsewhere,
    why: 'what Kustomization cluster applies: sources and what is below them',
    says: [`What Kustomization ${CLUSTER} applies.`],
  })
  if (places.synced && places.followed !== places.config) layEntry(plot, config, [...elsewhere, places.flux])
}

/** The kustomization file of git.path: without one Flux would apply all that lies below. */
export function layEntry({ draft, places }: Plot, lists: readonly string[], except: readonly string[]): void {
  const also = gotkOf(places)
  draft.kustomization({
    folder: places.followed,
    lists,
    also,
    except: [...except, ...also.map((each) => join(places.followed, each))],
    why: 'what the cluster begins with; without it Flux would apply everything below at once and in no order',
    says: [
      'The cluster begins here.',
      ...also.map((folder) => `${folder} holds Flux itself and has to stay: without it Flux would remove itself.`),
    ],
  })
}
