// Addresses of what the runbooks read and write besides Flux' own kinds.
import { resourceOf } from '../flux/kinds.ts'
import type { KubeObject, ObjectName, Resource } from '../ports/kube.ts'

const core = (plural: string, kind: string): Resource => ({ group: '', version: 'v1', plural, kind, namespaced: true })

export const CRD: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
}
export const DEPLOYMENT: Resource = { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true }
export const NAMESPACE: Resource = { ...core('namespaces', 'Namespace'), namespaced: false }
export const POD = core('pods', 'Pod')
export const SECRET = core('secrets', 'Secret')
export const EVENT = core('events', 'Event')

/** What is backed up of the namespace of Flux, Secrets apart. */
export const NAMESPACE_KINDS: readonly Resource[] = [
  core('configmaps', 'ConfigMap'),
  core('services', 'Service'),
  core('serviceaccounts', 'ServiceAccount'),
  core('resourcequotas', 'ResourceQuota'),
  DEPLOYMENT,
  { group: 'networking.k8s.io', version: 'v1', plural: 'networkpolicies', kind: 'NetworkPolicy', namespaced: true },
]

export const FLUX_INSTANCE: Resource = {
  group: 'fluxcd.controlplane.io',
  version: 'v1',
  plural: 'fluxinstances',
  kind: 'FluxInstance',
  namespaced: true,
}

export const nameOf = (object: KubeObject): ObjectName => ({ name: object.metadata.name, namespace: object.metadata.namespace })

/** `namespace/name`. */
export const idOf = (object: KubeObject): string =>
  object.metadata.namespace === undefined ? object.metadata.name : `${object.metadata.namespace}/${object.metadata.name}`

export const parseId = (id: string): ObjectName => {
  const slash = id.indexOf('/')
  return slash < 0 ? { name: id } : { namespace: id.slice(0, slash), name: id.slice(slash + 1) }
}

/** Address of a Flux object at the version it was read at. */
export const resourceOfObject = (object: KubeObject): Resource =>
  resourceOf(object.kind, object.apiVersion.slice(object.apiVersion.indexOf('/') + 1))
