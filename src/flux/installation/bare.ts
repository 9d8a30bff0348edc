// An object as it would be written to be made anew in another cluster.
import type { KubeObject, ManagedField } from '../../ports/kube.ts'

function withoutAddresses(spec: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { clusterIP: _one, clusterIPs: _all, healthCheckNodePort: _port, ...rest } = spec
  return rest
}

/** What another cluster gives by itself, or has not. */
function portableSpec({ kind, spec }: KubeObject): unknown {
  if (kind === 'Service') return withoutAddresses(spec ?? {})
  if (kind !== 'PersistentVolumeClaim') return spec
  // The volume was one of the other cluster's.
  const { volumeName: _volume, ...rest } = spec ?? {}
  return rest
}

/** Set by the volume binder: a claim that carries them waits for a volume that is not there. */
const BOUND = /^(pv\.kubernetes\.io\/|volume\.(beta\.)?kubernetes\.io\/(storage-provisioner|selected-node))/
function annotationsOf({ kind, metadata }: KubeObject): Record<string, string> | undefined {
  const all = Object.entries(metadata.annotations ?? {})
  const kept = kind === 'PersistentVolumeClaim' ? all.filter(([key]) => !BOUND.test(key)) : all
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

/** Without what a server sets by itself, and what names objects of the other cluster by uid. */
export function bare(object: KubeObject): KubeObject {
  const { status: _status, metadata, spec: _spec, ...rest } = object
  const { name, namespace, labels } = metadata
  const annotations = annotationsOf(object)
  const spec = portableSpec(object)
  return {
    ...rest,
    metadata: { name, ...(namespace && { namespace }), ...(labels && { labels }), ...(annotations && { annotations }) },
    ...(spec === undefined ? {} : { spec }),
  } as KubeObject
}

/** Who owns which field; of the status there is nothing. */
export const managersOf = ({ metadata }: KubeObject): ManagedField[] =>
  (metadata.managedFields ?? []).filter(({ subresource }) => subresource === undefined)
