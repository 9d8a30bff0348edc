// The objects that an inventory names, or that carry the operator's label, read with who owns them.
import { type Applied, entriesIn } from '../../flux/inventories.ts'
import { FLUX_KINDS } from '../../flux/kinds.ts'
import type { KubeObject, KubeReader, Resource } from '../../ports/kube.ts'
import { readCrds, resourceOfCrd } from '../cluster-survey.ts'
import { CRD, DEPLOYMENT, NAMESPACE, NAMESPACE_KINDS } from '../resources.ts'
import { sideBySide } from '../side-by-side.ts'

const rbac = (plural: string, kind: string): Resource => ({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural,
  kind,
  namespaced: false,
})

/** Kinds that Flux' own manifests are made of, besides its custom ones. */
export const OPERATED_KINDS: readonly Resource[] = [
  ...[CRD, NAMESPACE, DEPLOYMENT],
  ...NAMESPACE_KINDS.filter(({ kind }) => kind !== 'ConfigMap' && kind !== 'Deployment'),
  ...[rbac('clusterroles', 'ClusterRole'), rbac('clusterrolebindings', 'ClusterRoleBinding')],
]

export type Entry = Pick<Applied, 'group' | 'kind' | 'version' | 'name'> & { readonly namespace?: string | undefined }

/** Address of an entry; undefined for a kind that Flux' own manifests do not have. */
function resourceOfEntry({ group, kind, version }: Entry): Resource | undefined {
  const known = OPERATED_KINDS.find((each) => each.group === group && each.kind === kind)
  if (known !== undefined) return known
  const flux = FLUX_KINDS.find((each) => each.group === group && each.kind === kind)
  return flux && { group, version, plural: flux.plural, kind, namespaced: true }
}

/** Whether its kind is one that Flux' own manifests have: of another nothing is read. */
export const isOfFlux = (entry: Entry): boolean => resourceOfEntry(entry) !== undefined

export const inventoryIn = (object: KubeObject): Applied[] => entriesIn(object)

export const entryLabel = ({ kind, namespace, name }: Entry): string => `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`

export interface Owned {
  readonly resource: Resource
  readonly object: KubeObject
}

/** What is there of some entries, metadata alone. */
export async function readEntries(kube: KubeReader, entries: readonly Entry[]): Promise<Owned[]> {
  const read = await sideBySide(entries, 8, async (entry): Promise<Owned | undefined> => {
    const resource = resourceOfEntry(entry)
    const found = resource && (await kube.get(resource, { name: entry.name, namespace: entry.namespace }, { metadataOnly: true }))
    return found && { resource, object: { ...found, kind: entry.kind } }
  })
  return read.filter((each) => each !== undefined)
}

/** Everything that carries the label of FluxInstance `namespace/flux`, whether that is still there or not. */
export async function readOperated(kube: KubeReader, namespace: string): Promise<Owned[]> {
  const { crds } = await readCrds(kube)
  const synced = crds.filter(({ kind }) => ['GitRepository', 'OCIRepository', 'Bucket', 'Kustomization'].includes(kind))
  const labelSelector = `fluxcd.controlplane.io/name=flux,fluxcd.controlplane.io/namespace=${namespace}`
  const lists = await sideBySide([...OPERATED_KINDS, ...synced.map((crd) => resourceOfCrd(crd))], 4, async (resource) => {
    const items = await kube.list(resource, { labelSelector, metadataOnly: true })
    return items.map((object): Owned => ({ resource, object: { ...object, kind: resource.kind } }))
  })
  return lists.flat()
}
