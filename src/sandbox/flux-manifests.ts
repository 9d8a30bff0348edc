// A Flux release as `flux install --export` writes it, composed from the release's own component files. Pure: text in, objects out.
import { parseAllDocuments } from 'yaml'
import type { KubeObject } from '../ports/kube.ts'

export const FLUX_NAMESPACE = 'flux-system'
export const DEFAULT_COMPONENTS = ['source-controller', 'kustomize-controller', 'helm-controller', 'notification-controller'] as const
/** Files of a release that `flux install` reads besides those of the components. */
export const SHARED_FILES = ['policies', 'rbac'] as const

const CLUSTER_SCOPED = new Set(['CustomResourceDefinition', 'ClusterRole', 'ClusterRoleBinding', 'Namespace'])
const SUFFIXED = new Set(['ClusterRole', 'ClusterRoleBinding', 'ResourceQuota'])

export function parseObjects(text: string): KubeObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object): object is KubeObject => object !== null)
}

export function crdsOf(objects: readonly KubeObject[]): KubeObject[] {
  return objects.filter((object) => object.kind === 'CustomResourceDefinition')
}

/** `objects`: what the release's files hold. Version without `v`. */
export function composeInstall(objects: readonly KubeObject[], version: string): KubeObject[] {
  const labels = {
    'app.kubernetes.io/instance': FLUX_NAMESPACE,
    'app.kubernetes.io/part-of': 'flux',
    'app.kubernetes.io/version': `v${version}`,
  }
  const rest = objects.map((object) => finish(object, labels))
  return [namespace(labels), ...rest]
}

function namespace(labels: Readonly<Record<string, string>>): KubeObject {
  const warn = { 'pod-security.kubernetes.io/warn': 'restricted', 'pod-security.kubernetes.io/warn-version': 'latest' }
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: FLUX_NAMESPACE, labels: { ...labels, ...warn } } }
}

function finish(object: KubeObject, labels: Readonly<Record<string, string>>): KubeObject {
  const name = SUFFIXED.has(object.kind) ? `${object.metadata.name}-${FLUX_NAMESPACE}` : object.metadata.name
  const place = CLUSTER_SCOPED.has(object.kind) ? {} : { namespace: FLUX_NAMESPACE }
  const metadata = { ...object.metadata, name, ...place, labels: { ...object.metadata.labels, ...labels } }
  if (object.kind === 'ClusterRoleBinding') return { ...object, ...binding(object), metadata }
  if (object.kind === 'Deployment') return { ...object, metadata, spec: deploymentSpec(object.spec, labels) }
  return { ...object, metadata }
}

function binding(object: KubeObject): Record<string, unknown> {
  const subjects = (object.subjects as Record<string, string>[]).map((subject) => ({ ...subject, namespace: FLUX_NAMESPACE }))
  const role = object.roleRef as { name: string }
  // cluster-admin is Kubernetes' own role, all others are Flux' and carry the suffix.
  const roleRef = { ...role, name: role.name === 'cluster-admin' ? role.name : `${role.name}-${FLUX_NAMESPACE}` }
  return { subjects, roleRef }
}

interface DeploymentSpec {
  template: { metadata: { labels: Record<string, string> }; spec: { containers: Container[] } }
}
interface Container {
  image: string
  args?: string[]
}

function deploymentSpec(spec: DeploymentSpec, labels: Readonly<Record<string, string>>): unknown {
  const pod = spec.template.spec
  const containers = pod.containers.map((container) => ({
    ...container,
    image: container.image.replace(/^fluxcd\//, 'ghcr.io/fluxcd/'),
    args: (container.args ?? []).map(argument),
  }))
  const template = {
    ...spec.template,
    metadata: { ...spec.template.metadata, labels: { ...spec.template.metadata.labels, ...labels } },
    spec: { ...pod, containers, nodeSelector: { 'kubernetes.io/os': 'linux' } },
  }
  return { ...spec, template }
}

const argument = (text: string): string =>
  text
    .replace(/^--watch-all-namespaces$/, '--watch-all-namespaces=true')
    .replace('.flux-system.svc.cluster.local.', '.$(RUNTIME_NAMESPACE).svc.cluster.local.')
