// An object of Flux as it is made anew: held until everything stands, and where nobody will reconcile it, with the status that it had.
import type { KubeObject } from '../../ports/kube.ts'
import { isSuspended, WATCHER_SWITCH } from '../conditions.ts'
import { switchOf } from '../suspendable.ts'
import { HELD } from '../suspension.ts'

/** Suspended by us until it is let go; one that a person had suspended stays theirs, and what cannot be suspended is as it was. */
export function held(object: KubeObject, runId: string): KubeObject {
  const by = switchOf(object)
  if (by === undefined || isSuspended(object)) return object
  const annotations = { ...object.metadata.annotations, [HELD]: runId, ...(by === 'annotation' && { [WATCHER_SWITCH]: 'disabled' }) }
  const spec = by === 'spec' ? { ...object.spec, suspend: true } : object.spec
  return { ...object, metadata: { ...object.metadata, annotations }, spec }
}

/** Merge patch that lets it go: as the backup has it. */
export function letGoBody(object: KubeObject): object {
  const watcher = object.metadata.annotations?.[WATCHER_SWITCH] ?? null
  const suspend: unknown = object.spec?.suspend ?? null
  return {
    metadata: { annotations: { [HELD]: null, ...(switchOf(object) === 'annotation' && { [WATCHER_SWITCH]: watcher }) } },
    ...(switchOf(object) === 'spec' && { spec: { suspend } }),
  }
}

type Status = Readonly<Record<string, unknown>>

/** Of the other cluster's generations, in those of the object that is new. */
export function revivedStatus(object: KubeObject, generation: number): Status {
  const of = (seen: unknown): number => (seen === object.metadata.generation ? generation : 0)
  const { conditions, observedGeneration, ...rest } = (object.status ?? {}) as Status
  const spoken = (Array.isArray(conditions) ? conditions : []).map((one: Status) => ({
    ...one,
    ...(one.observedGeneration !== undefined && { observedGeneration: of(one.observedGeneration) }),
  }))
  return { ...rest, conditions: spoken, ...(observedGeneration !== undefined && { observedGeneration: of(observedGeneration) }) }
}
