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

/** Pure. What Kubernetes makes by itself is not there yet: it is given what the backup has. */
export function standsAs(live: KubeObject | undefined, { resource, object }: Kept): Stands {
  if (live === undefined || isOfKubernetes(resource.kind, live)) return 'missing'
  // What is being deleted is in the way: nothing can be made in it, nor in its place.
  if (live.metadata.deletionTimestamp !== undefined) return 'other'
  return holds(live, substance(object)) ? 'same' : 'other'
}

export async function standingOf(kube: KubeReader, kept: readonly Kept[]): Promise<ReadonlyMap<Kept, Stands>> {
  const found = await sideBySide(kept, AT_ONCE, async (one): Promise<[Kept, Stands]> => {
    return [one, standsAs(await kube.get(one.resource, nameOf(one.object)), one)]
  })
  return new Map(found)
}

/** Of this tool itself, until the object gets the field managers that it had. */
const OURS = 'flux-ops'

/**
 * Pure. Made by a run of this tool from this backup: it has a field manager of the same second as the one of the lost cluster, or was made by us
 * as the backup has it, and has not got them yet.
 */
export function isMade(live: KubeObject, kept: Kept): boolean {
  const there = (live.metadata.managedFields ?? []).filter(({ subresource }) => subresource === undefined)
  const same = (one: ManagedField, other: ManagedField): boolean =>
    one.manager === other.manager && one.operation === other.operation && one.time === other.time
  if (there.some((one) => managersOf(kept.object).some((other) => same(one, other)))) return true
  return there.some(({ manager }) => manager === OURS) && holds(live, substance(kept.object))
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
