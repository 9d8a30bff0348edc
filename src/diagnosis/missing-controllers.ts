// Objects whose controller is not installed: the CRDs are there, and nobody reconciles them.

import { type Component, kindOfObject, objectLabel } from '../flux/kinds.ts'
import { controllersOf } from '../flux/running.ts'
import type { DownController } from './controllers.ts'
import type { World } from './world.ts'
import { isWell } from './world.ts'

function wanted(world: World): Set<Component> {
  const found = new Set<Component>()
  for (const sighting of world.sightings.values()) {
    const component = kindOfObject(sighting.object)?.component
    const nobodyActs = !sighting.verdict.observed || sighting.verdict.state === 'terminating'
    if (component !== undefined && !isWell(sighting) && nobodyActs) found.add(component)
  }
  return found
}

/** Nothing where Flux' Deployments could not be seen, or are elsewhere. */
export function missingControllers(world: World): DownController[] {
  const { deployments, namespace, unseen } = world.snapshot
  const there = new Set(controllersOf(deployments).map(({ component }) => component))
  if (there.size === 0 || unseen.some(({ what }) => what.startsWith('Deployment'))) return []
  return [...wanted(world)]
    .filter((component) => !there.has(component))
    .map((component) => ({
      component,
      label: objectLabel({ kind: 'Deployment', metadata: { namespace, name: component } }),
      since: null,
      isMissing: true,
      stillRuns: false,
      explanation: {
        state: 'controller-missing',
        says: `${component} is not installed in ${namespace}: nothing of its kinds is reconciled`,
        // It may run in another namespace.
        certainty: 'likely',
        evidence: [{ kind: 'spec', what: `Deployments in ${namespace}`, text: `${[...there].join(', ')}, and no ${component}`, at: null }],
        fixes: [{ rank: 'person', says: 'install it, or take its objects out, in git', commands: [] }],
      },
    }))
}
