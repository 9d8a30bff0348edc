// Who applies what: two appliers of one object undo each other, and fields that one of them gives up stay alive by the other.
import type { KubeObject } from '../ports/kube.ts'
import { appliedKey, inventoryOf } from './inventories.ts'
import { objectLabel } from './kinds.ts'

export interface Shared {
  readonly where: string
  readonly appliers: readonly string[]
}

/** Objects that are in two inventories. */
export function appliedTwice(objects: readonly KubeObject[]): Shared[] {
  const owners = new Map<string, { where: string; appliers: Set<string> }>()
  for (const entry of inventoryOf(objects)) {
    const where = `${entry.kind} ${entry.namespace === undefined ? '' : `${entry.namespace}/`}${entry.name}`
    const known = owners.get(appliedKey(entry)) ?? { where, appliers: new Set<string>() }
    known.appliers.add(entry.by)
    owners.set(appliedKey(entry), known)
  }
  return [...owners.values()]
    .filter(({ appliers }) => appliers.size > 1)
    .map(({ where, appliers }) => ({ where, appliers: [...appliers].sort() }))
}

// Names that kustomize-controller takes over from by itself (fluxcd/kustomize-controller, kustomization_controller.go, apply), its own and
// those of Flux' other ways in, and the built-in controllers, which write what they are there for.
const EXPECTED = [/^kubectl/, /^before-first-apply$/, /^kustomize-controller$/, /^flux/, /^kube-controller-manager$/, /^kube-apiserver$/]

const ownsSpec = (fields: unknown): boolean => Object.hasOwn((fields ?? {}) as object, 'f:spec')

/** Of Flux' own Deployments and CRDs: who owns part of the spec besides those that belong there. `own`: belong there in this style of installation. */
export function foreignOwners(objects: readonly KubeObject[], own: readonly string[] = []): Shared[] {
  return objects.flatMap((object) => {
    const managers = (object.metadata.managedFields ?? [])
      .filter((entry) => !entry.subresource && ownsSpec(entry.fieldsV1))
      .map((entry) => entry.manager ?? '')
      .filter((manager) => manager !== '' && !own.includes(manager) && !EXPECTED.some((expected) => expected.test(manager)))
    return managers.length === 0 ? [] : [{ where: objectLabel(object), appliers: [...new Set(managers)].sort() }]
  })
}
