// Where Flux is pinned in the repository and who applies it in the cluster: plain data, so that plans can hold it and later runs read it.
import type { Applier } from '../flux/appliers.ts'
import type { ChartSource, HelmStyle } from '../flux/style-helm.ts'
import type { OperatorStyle } from '../flux/style-operator.ts'
import type { BootstrapStyle, PinStyle, Style } from '../flux/styles.ts'

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

export type OperatorInstallation = {
  readonly style: 'operator'
  /** namespace/name of the FluxInstance. */
  readonly instance: string
  /** What applies the FluxInstance, then what applies that. */
  readonly appliers: readonly Applier[]
}

export type HelmInstallation = {
  readonly style: 'helm'
  /** namespace/name of the HelmRelease of Flux itself. */
  readonly release: string
  /** What the chart comes from. */
  readonly source: Pick<ChartSource, 'kind' | 'id'>
  /** The HelmRelease, then what applies it. */
  readonly appliers: readonly Applier[]
}

export type Installation = BootstrapInstallation | PinInstallation | OperatorInstallation | HelmInstallation

/** Styles that are upgraded by editing this repository. */
export type WritableStyle = BootstrapStyle | PinStyle | OperatorStyle | HelmStyle

export const isWritable = (style: Style): style is WritableStyle =>
  style.style === 'bootstrap' || style.style === 'pin' || style.style === 'operator' || style.style === 'helm'

export function installationOf(style: WritableStyle): Installation {
  if (style.style === 'bootstrap') {
    const { folder, components, sync, kustomization, owner } = style
    return { style: 'bootstrap', folder, components, sync, kustomization: kustomization ?? null, owner }
  }
  if (style.style === 'operator') return { style: 'operator', instance: style.instance, appliers: style.appliers }
  if (style.style === 'helm') {
    const { release, source, appliers } = style
    return { style: 'helm', release, source: { kind: source.kind, id: source.id }, appliers }
  }
  const self = style.self === undefined ? null : { source: style.self.source, kustomization: style.self.kustomization }
  return { style: 'pin', bases: style.bases, self }
}

/** What of Flux applies its own manifests, or the FluxInstance; undefined when nothing does. */
export function ownerOf(installation: Installation): Applier | undefined {
  if ('appliers' in installation) return installation.appliers[0]
  const id = installation.style === 'bootstrap' ? installation.owner : installation.self?.kustomization
  return id === undefined ? undefined : { kind: 'Kustomization', id }
}

/** Everything between git and Flux itself: one that is suspended keeps the new version away. */
export const chainOf = (installation: Installation): readonly Applier[] => {
  const owner = ownerOf(installation)
  return 'appliers' in installation ? installation.appliers : owner === undefined ? [] : [owner]
}

/** OCIRepository and Kustomization by which Flux applies itself from an artifact; null when it does not. */
export const selfOf = (installation: Installation): PinInstallation['self'] => (installation.style === 'pin' ? installation.self : null)
