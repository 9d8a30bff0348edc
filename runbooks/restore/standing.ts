// How what a backup holds compares with what the cluster has.
import { isOfKubernetes } from '../../src/actions/held-in.ts'
import { nameOf } from '../../src/actions/resources.ts'
import { sideBySide } from '../../src/actions/side-by-side.ts'
import { holds } from '../../src/flux/holds.ts'
import { bare, managersOf } from '../../src/flux/installation/bare.ts'
import type { Kept } from '../../src/flux/installation/content.ts'
import { objectLabel } from '../../src/flux/kinds.ts'
import type { KubeObject, KubeReader, ManagedField } from '../../src/ports/kube.ts'

const AT_ONCE = 8

export const labelOf = ({ object }: Kept): string => objectLabel(object)

/** What is the same in a cluster that has it already, whoever made it. */
function substance(object: KubeObject): unknown {
  const { metadata: _metadata, apiVersion: _apiVersion, kind, spec, ...rest } = bare(object)
  if (kind === 'Namespace') return {}
  const { suspend: _suspend, ...wanted } = (spec ?? {}) as Record<string, unknown>
  return { ...rest, ...(spec !== undefined && { spec: wanted }) }
}

export type Stands = 'missing' | 'same' | 'other'

export async function standingOf(kube: KubeReader, kept: readonly Kept[]): Promise<ReadonlyMap<Kept, Stands>> {
  const found = await sideBySide(kept, AT_ONCE, async (one): Promise<[Kept, Stands]> => {
    const live = await kube.get(one.resource, nameOf(one.object))
    if (live === undefined || isOfKubernetes(one.resource.kind, live)) return [one, 'missing']
    // What is being deleted is in the way: nothing can be made in it, nor in its place.
    if (live.metadata.deletionTimestamp !== undefined) return [one, 'other']
    return [one, holds(live, substance(one.object)) ? 'same' : 'other']
  })
  return new Map(found)
}

/** Of this tool itself, until the object gets the field managers that it had. */
const OURS = 'flux-ops'

/**
 * Pure. Made by a run of this tool from this backup: nobody else's object has a field manager of the same second as the one of the lost cluster.
 * One whose managers nobody has kept stays ours by name.
 */
export function isMade(live: KubeObject, { object }: Kept): boolean {
  const there = (live.metadata.managedFields ?? []).filter(({ subresource }) => subresource === undefined)
  const same = (one: ManagedField, other: ManagedField): boolean =>
    one.manager === other.manager && one.operation === other.operation && one.time === other.time
  return there.some((one) => one.manager === OURS || managersOf(object).some((other) => same(one, other)))
}

/** Made, and with the field managers that it had: a run that was killed between the two has to finish it. */
export async function areMade(kube: KubeReader, kept: readonly Kept[]): Promise<boolean> {
  const made = await sideBySide(kept, AT_ONCE, async ({ resource, object }) => {
    const live = await kube.get(resource, nameOf(object), { metadataOnly: true })
    if (live === undefined) return false
    const there = new Set((live.metadata.managedFields ?? []).map(({ manager }) => manager))
    return managersOf(object).every(({ manager }) => there.has(manager))
  })
  return made.every(Boolean)
}
