// Namespaces that are being deleted, and what of Flux is left in them: a namespace goes when the last of it has gone.
import { objectLabel } from '../flux/kinds.ts'
import type { World } from './world.ts'

/** Of each namespace that is being deleted: the objects of Flux in it. None where nothing of Flux is left. */
export function heldNamespaces(world: World): Map<string, readonly string[]> {
  const held = new Map<string, readonly string[]>()
  for (const namespace of world.snapshot.namespaces) {
    if (namespace.metadata.deletionTimestamp === undefined) continue
    const left = [...world.sightings.values()].filter(
      ({ object, verdict }) => object.metadata.namespace === namespace.metadata.name && verdict.state === 'terminating',
    )
    if (left.length > 0)
      held.set(
        objectLabel({ ...namespace, kind: 'Namespace' }),
        left.map(({ label }) => label),
      )
  }
  return held
}
