// The kinds Flux installs, which controller reconciles each, and how to address them.
import { OpsError } from '../errors.ts'
import type { KubeObject, Resource } from '../ports/kube.ts'

export const COMPONENTS = [
  'source-controller',
  'kustomize-controller',
  'helm-controller',
  'notification-controller',
  'image-reflector-controller',
  'image-automation-controller',
  'source-watcher',
] as const

export type Component = (typeof COMPONENTS)[number]

export type FluxKind = {
  readonly kind: string
  readonly group: string
  readonly plural: string
  readonly component: Component
  readonly namespaced: boolean
  /** A controller writes `status.conditions` at the versions served since 2.7. */
  readonly hasStatus: boolean
  /** Answers the reconcile annotation with `status.lastHandledReconcileAt`. */
  readonly reconcilable: boolean
  /** Order in which a reconcile is asked for: sources 0, charts and images 1, what applies 2, what notifies 3. */
  readonly tier: number
}

const kind = (
  name: string,
  group: string,
  plural: string,
  component: Component,
  tier: number,
  traits: { hasStatus: boolean; reconcilable: boolean } = { hasStatus: true, reconcilable: true },
): FluxKind => ({ kind: name, group: `${group}.fluxcd.io`, plural, component, namespaced: true, tier, ...traits })

const STATIC = { hasStatus: false, reconcilable: false }

export const FLUX_KINDS: readonly FluxKind[] = [
  kind('GitRepository', 'source.toolkit', 'gitrepositories', 'source-controller', 0),
  kind('OCIRepository', 'source.toolkit', 'ocirepositories', 'source-controller', 0),
  kind('HelmRepository', 'source.toolkit', 'helmrepositories', 'source-controller', 0),
  kind('Bucket', 'source.toolkit', 'buckets', 'source-controller', 0),
  // Written by whoever produces the artifact; source-controller only serves the type.
  kind('ExternalArtifact', 'source.toolkit', 'externalartifacts', 'source-controller', 0, { hasStatus: true, reconcilable: false }),
  kind('HelmChart', 'source.toolkit', 'helmcharts', 'source-controller', 1),
  kind('ArtifactGenerator', 'source.extensions', 'artifactgenerators', 'source-watcher', 1),
  kind('ImageRepository', 'image.toolkit', 'imagerepositories', 'image-reflector-controller', 1),
  kind('ImagePolicy', 'image.toolkit', 'imagepolicies', 'image-reflector-controller', 2),
  kind('Kustomization', 'kustomize.toolkit', 'kustomizations', 'kustomize-controller', 2),
  kind('HelmRelease', 'helm.toolkit', 'helmreleases', 'helm-controller', 2),
  kind('ImageUpdateAutomation', 'image.toolkit', 'imageupdateautomations', 'image-automation-controller', 3),
  kind('Receiver', 'notification.toolkit', 'receivers', 'notification-controller', 3),
  kind('Alert', 'notification.toolkit', 'alerts', 'notification-controller', 3, STATIC),
  kind('Provider', 'notification.toolkit', 'providers', 'notification-controller', 3, STATIC),
]

export const RECONCILE_ANNOTATION = 'reconcile.fluxcd.io/requestedAt'

/** '' for the core group. */
export const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '')

export const versionOf = (apiVersion: string): string => apiVersion.slice(apiVersion.indexOf('/') + 1)

export const isFluxGroup = (group: string): boolean => FLUX_KINDS.some((known) => known.group === group)

/** Flux has no two kinds of one name. */
const BY_NAME: ReadonlyMap<string, FluxKind> = new Map(FLUX_KINDS.map((each) => [each.kind, each]))

const findKind = (group: string, name: string): FluxKind | undefined => {
  const known = BY_NAME.get(name)
  return known?.group === group ? known : undefined
}

export const kindOfObject = (object: Pick<KubeObject, 'apiVersion' | 'kind'>): FluxKind | undefined =>
  findKind(groupOf(object.apiVersion), object.kind)

/** Address of a Flux kind at an API version. A name of a kind is enough. Throws OpsError `flux-kind-unknown`. */
export function resourceOf(of: FluxKind | string, version: string): Resource {
  const known = typeof of === 'string' ? BY_NAME.get(of) : of
  if (!known) {
    throw new OpsError({ code: 'flux-kind-unknown', message: `${String(of)} is not a kind of Flux`, exit: 'bug' })
  }

  return { group: known.group, version, plural: known.plural, kind: known.kind, namespaced: known.namespaced }
}

/** `Kind namespace/name`, as people and hints name an object. */
export const objectLabel = (object: Pick<KubeObject, 'kind' | 'metadata'>): string =>
  `${object.kind} ${object.metadata.namespace === undefined ? '' : `${object.metadata.namespace}/`}${object.metadata.name}`
