// What somebody else does while a run is in one of its steps.
import type { World } from '../../../src/adapters/context.ts'
import type { LiveEvent, RunEvent } from '../../../src/engine/events.ts'
import type { DriveInput } from '../desk.ts'

type Call = (...args: never[]) => Promise<unknown>

/** `port` with some of its calls put behind `first`. */
function behind<T extends object>(port: T, names: readonly (keyof T)[], first: () => Promise<void>): T {
  const wrapped = names.map((name) => {
    const call = (port[name] as Call).bind(port)
    const late: Call = async (...args) => {
      await first()
      return call(...args)
    }
    return [name, late]
  })
  return Object.assign(Object.create(port) as T, Object.fromEntries(wrapped))
}

/** Done once, before the step takes effect: what a colleague does meanwhile. The first thing that each step does is to ask git or the cluster. */
export function meanwhile(step: string, work: () => Promise<unknown>): Required<Pick<DriveInput, 'decorate' | 'onEvent'>> {
  let current: string | undefined
  let begun = false
  const first = async (): Promise<void> => {
    if (begun || current !== step) return
    begun = true
    await work()
  }
  return {
    onEvent: (event: RunEvent | LiveEvent) => {
      if (event.type === 'step.started') current = event.id
    },
    decorate: (world: World): World => ({
      ...world,
      git: behind(world.git, ['commitsWithTrailer', 'fetch', 'push', 'commit'], first),
      kube: behind(world.kube, ['get'], first),
    }),
  }
}
