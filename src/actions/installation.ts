// Where Flux is pinned in the repository and who applies it in the cluster: plain data, so that plans can hold it and later runs read it.
import type { Style } from '../flux/styles.ts'

/** A clone and the remote branch that the cluster follows. */
export type Repository = {
  readonly root: string // absolute
  readonly head: string // commit that the plan was made on
  readonly remote: string
  readonly branch: string
  readonly url: string
  /** namespace/name of the GitRepository of the cluster. */
  readonly source: string
}

export type BootstrapInstallation = {
  readonly style: 'bootstrap'
  readonly folder: string // with the gotk files, relative to the root
  readonly components: string // path of gotk-components.yaml
  readonly sync: string
  /** Path of kustomization.yaml; null when the folder has none. */
  readonly kustomization: string | null
  /** namespace/name of the Kustomization that applies the folder. */
  readonly owner: string
}

export type PinInstallation = {
  readonly style: 'pin'
  /** Folders for `kubectl kustomize`, relative to the root. */
  readonly bases: readonly string[]
  /** OCIRepository and Kustomization by which Flux applies itself; null when it does not. */
  readonly self: { readonly source: string; readonly kustomization: string } | null
}

export type Installation = BootstrapInstallation | PinInstallation

/** undefined for styles that cannot be upgraded by editing this repository. */
export function installationOf(style: Style): Installation | undefined {
  if (style.style === 'bootstrap') {
    const { folder, components, sync, kustomization, owner } = style
    return { style: 'bootstrap', folder, components, sync, kustomization: kustomization ?? null, owner }
  }
  if (style.style !== 'pin') return undefined
  const self = style.self === undefined ? null : { source: style.self.source, kustomization: style.self.kustomization }
  return { style: 'pin', bases: style.bases, self }
}

/** The Kustomization by which Flux applies its own manifests; undefined when nothing does. */
export const ownerOf = (installation: Installation): string | undefined =>
  installation.style === 'bootstrap' ? installation.owner : installation.self?.kustomization
