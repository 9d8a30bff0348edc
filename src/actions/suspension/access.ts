// What suspending and resuming ask of the API server.

import { groupOf, kindOfObject } from '../../flux/kinds.ts'
import type { AccessRequest, KubeObject } from '../../ports/kube.ts'

/** In more namespaces than these it is asked for all at once. */
const MOST_NAMESPACES = 10

/** Pure. `namespace`: that of Flux, where the lease of a run is. */
export function suspensionAccess(objects: readonly KubeObject[], namespace: string): AccessRequest[] {
  const byKind = new Map<string, { group: string; namespaces: Set<string> }>()
  for (const object of objects) {
    const plural = kindOfObject(object)?.plural
    if (plural === undefined) continue
    const known = byKind.get(plural) ?? { group: groupOf(object.apiVersion), namespaces: new Set<string>() }
    known.namespaces.add(object.metadata.namespace ?? '')
    byKind.set(plural, known)
  }
  const ofKinds = [...byKind].flatMap(([resource, { group, namespaces }]) => {
    const places = namespaces.size > MOST_NAMESPACES ? [{}] : [...namespaces].map((one) => ({ namespace: one }))
    return places.flatMap((place) => ['get', 'patch'].map((verb) => ({ verb, group, resource, ...place })))
  })
  const lease = ['get', 'create', 'update'].map((verb) => ({ verb, group: 'coordination.k8s.io', resource: 'leases', namespace }))
  return [...ofKinds, ...lease]
}
