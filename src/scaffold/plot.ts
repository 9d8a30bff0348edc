// What every layout is laid out with: the draft, the places, and what all objects share.
import type { ClusterFile } from '../cluster-file/schema.ts'
import { Draft } from './draft.ts'
import { gitRepositoryIn, kustomizationsIn } from './existing.ts'
import type { Known, Repository } from './model.ts'
import type { Setting } from './objects.ts'
import { join, type Places, placesOf } from './places.ts'

export interface Plot {
  readonly file: ClusterFile
  readonly known: Known
  readonly draft: Draft
  readonly places: Places
  readonly setting: Setting
}

/** The GitRepository that is there, otherwise as flux bootstrap and the Flux Operator name it, otherwise as home repositories do. */
function sourceOf(file: ClusterFile, there: Repository, { config, followed, synced }: Places): string {
  const cluster = join(config, 'cluster.yaml')
  return (
    gitRepositoryIn(there, join(followed, file.flux.namespace, 'gotk-sync.yaml')) ??
    gitRepositoryIn(there, cluster) ??
    kustomizationsIn(there, cluster).find(({ source }) => source !== undefined)?.source ??
    (!synced && file.layout.kind === 'oci' ? `${file.metadata.name}-cluster` : file.flux.namespace)
  )
}

export function plotOf(file: ClusterFile, there: Repository, known: Known): Plot {
  const places = placesOf(file)
  const decryption = known.recipient === undefined ? undefined : (file.sops?.secretName ?? 'sops-age')
  return {
    file,
    known,
    draft: new Draft(there),
    places,
    setting: { namespace: file.flux.namespace, source: sourceOf(file, there, places), decryption },
  }
}
