// What a rehearsal needs to know of a cluster: everything of Flux, and of Secrets nothing but their keys. Reads only.
import { readCrds, readObjects } from '../actions/cluster-survey.ts'
import { idOf, NAMESPACE_KINDS } from '../actions/resources.ts'
import { sideBySide } from '../actions/side-by-side.ts'
import type { KubeObject, KubeReader, Resource } from '../ports/kube.ts'
import { type CapturedOperator, captureOperator } from './operator.ts'
import { type SecretShape, secretsNamedBy, shapeOf } from './secret-shapes.ts'

export interface Found {
  readonly resource: Resource
  readonly object: KubeObject
}

export interface Captured {
  /** Namespace of Flux. */
  readonly namespace: string
  /** CRDs of Flux. */
  readonly crds: readonly KubeObject[]
  readonly objects: readonly KubeObject[]
  /** What Flux runs as: all of its namespace but Secrets, and its roles. */
  readonly system: readonly Found[]
  readonly secrets: readonly SecretShape[]
  /** Where there is one. */
  readonly operator?: CapturedOperator
}

const rbac = (plural: string, kind: string): Resource => ({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural,
  kind,
  namespaced: false,
})
export const CLUSTER_ROLE = rbac('clusterroles', 'ClusterRole')
export const CLUSTER_ROLE_BINDING = rbac('clusterrolebindings', 'ClusterRoleBinding')

/** The API server and the controllers of Kubernetes make these by themselves. */
export const OWN_TO_KUBERNETES: ReadonlySet<string> = new Set(['ConfigMap kube-root-ca.crt', 'ServiceAccount default'])

const apiVersionOf = ({ group, version }: Resource): string => (group === '' ? version : `${group}/${version}`)

/** Items of a list carry no apiVersion or kind by themselves. */
const named = (resource: Resource, object: KubeObject): Found => ({
  resource,
  object: { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind },
})

async function readNamespace(kube: KubeReader, namespace: string): Promise<Found[]> {
  const lists = await Promise.all(
    NAMESPACE_KINDS.map(async (resource) => (await kube.list(resource, { namespace })).map((object) => named(resource, object))),
  )
  return lists.flat().filter(({ object }) => !OWN_TO_KUBERNETES.has(`${object.kind} ${object.metadata.name}`))
}

/** By who is bound and not by label: a binding that somebody made by hand counts as well. */
async function readRoles(kube: KubeReader, namespace: string): Promise<Found[]> {
  const bindings = (await kube.list(CLUSTER_ROLE_BINDING)).filter((binding) =>
    (Array.isArray(binding.subjects) ? binding.subjects : []).some((subject) => subject?.namespace === namespace),
  )
  const names = [...new Set(bindings.map((binding) => String(binding.roleRef?.name ?? '')))].filter((name) => name !== 'cluster-admin')
  const roles = await sideBySide(names, 8, (name) => kube.get(CLUSTER_ROLE, { name }))
  return [
    ...roles.filter((role) => role !== undefined).map((role) => named(CLUSTER_ROLE, role)),
    ...bindings.map((binding) => named(CLUSTER_ROLE_BINDING, binding)),
  ]
}

/** Throws what the port throws: what could not be read is not left out of a rehearsal in silence. */
export async function captureCluster(kube: KubeReader, namespace: string): Promise<Captured> {
  const { objects: crds, crds: installed, names } = await readCrds(kube)
  const [objects, own, roles, operator] = await Promise.all([
    readObjects(kube, installed),
    readNamespace(kube, namespace),
    readRoles(kube, namespace),
    captureOperator(kube, namespace, names),
  ])
  const secrets = await sideBySide(secretsNamedBy(objects), 8, (name) => shapeOf(kube, name))
  return { namespace, crds, objects, system: [...own, ...roles], secrets, ...(operator && { operator }) }
}

export const labelOf = (object: KubeObject): string => `${object.kind} ${idOf(object)}`
