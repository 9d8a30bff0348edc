// What Flux runs as: the objects of its namespace, and its roles.
import type { Kept } from '../flux/installation/content.ts'
import type { KubeObject, KubeReader, Resource } from '../ports/kube.ts'
import { NAMESPACE_KINDS } from './resources.ts'
import { sideBySide } from './side-by-side.ts'

/** Where the objects of any CRD are read and written. */
export function resourceOfCrdObject({ spec }: KubeObject): Resource {
  const versions: { name: string; storage: boolean }[] = spec?.versions ?? []
  return {
    group: String(spec?.group),
    version: versions.find(({ storage }) => storage)?.name ?? '',
    plural: String(spec?.names?.plural),
    kind: String(spec?.names?.kind),
    namespaced: spec?.scope === 'Namespaced',
  }
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

export const CONFIG_MAP = NAMESPACE_KINDS.find(({ kind }) => kind === 'ConfigMap') as Resource

/** The API server and the controllers of Kubernetes make these by themselves. */
export const OWN_TO_KUBERNETES: ReadonlySet<string> = new Set(['ConfigMap kube-root-ca.crt', 'ServiceAccount default'])

export const apiVersionOf = ({ group, version }: Resource): string => (group === '' ? version : `${group}/${version}`)

/** Items of a list carry no apiVersion or kind by themselves. */
export const named = (resource: Resource, object: KubeObject): Kept => ({
  resource,
  object: { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind },
})

/** Of the namespace of Flux: all but Secrets, and what Kubernetes makes by itself. */
export async function readNamespace(kube: KubeReader, namespace: string): Promise<Kept[]> {
  const lists = await Promise.all(
    NAMESPACE_KINDS.map(async (resource) => (await kube.list(resource, { namespace })).map((object) => named(resource, object))),
  )
  return lists.flat().filter(({ object }) => !OWN_TO_KUBERNETES.has(`${object.kind} ${object.metadata.name}`))
}

/** Cluster roles of the namespace of Flux: by who is bound and not by label, as a binding that somebody made by hand counts as well. */
export async function readRoles(kube: KubeReader, namespace: string): Promise<Kept[]> {
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
