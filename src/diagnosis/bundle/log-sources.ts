// Which containers have something to say of why Flux does not do its work: those of its controllers, and what ran before each.
import { controllersOf } from '../../flux/installed.ts'
import { podsOf } from '../controller-pods.ts'
import type { Snapshot } from '../snapshot.ts'
import { numberOf, partsOf, textOf, wellFormed } from '../well-formed.ts'

export interface LogSource {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** The container that ended before the one that runs. */
  readonly previous: boolean
}

/** Each once, in the order of the Deployments. */
export function logSources(snapshot: Snapshot): LogSource[] {
  const pods = snapshot.pods.map(wellFormed)
  const controllers = snapshot.deployments.map(wellFormed).filter((deployment) => controllersOf([deployment]).length > 0)
  const seen = new Set<string>()
  return controllers
    .flatMap((deployment) => podsOf(deployment, pods))
    .filter(({ metadata }) => !seen.has(metadata.name) && seen.add(metadata.name) !== undefined)
    .flatMap(({ metadata, status }) =>
      partsOf(status?.containerStatuses).flatMap(({ name, restartCount, lastState }) => {
        const source = { namespace: metadata.namespace ?? snapshot.namespace, pod: metadata.name, container: textOf(name) }
        const ended = numberOf(restartCount, 0) > 0 || lastState?.terminated !== undefined
        return source.container === '' ? [] : [{ ...source, previous: false }, ...(ended ? [{ ...source, previous: true }] : [])]
      }),
    )
}
