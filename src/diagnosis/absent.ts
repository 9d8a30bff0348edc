// What a whole answer lacks: an API server that has just been started knows no custom kinds yet, and a namespace may be the wrong one.
// "Nothing is wrong" may not be concluded from either.

import { COMPONENTS, FLUX_KINDS } from '../flux/kinds.ts'
import { controllersOf } from '../flux/running.ts'
import type { KubeObject, Resource } from '../ports/kube.ts'
import type { Unseen } from './snapshot.ts'

const isServed = (served: readonly Resource[], kind: string): boolean => served.some((one) => one.kind === kind)

/** `deployments`: of the namespace of Flux; undefined where they could not be read. */
export function absent(served: readonly Resource[], deployments: readonly KubeObject[] | undefined, namespace: string): Unseen[] {
  const none = { what: 'objects of Flux', why: 'the API server serves none of its kinds' }
  if (served.length === 0) return [none]
  if (deployments === undefined) return []
  const running = new Set(controllersOf(deployments).map(({ component }) => component))
  if (running.size === 0)
    return [{ what: 'the controllers', why: `no Deployment in ${namespace} is one of Flux: is it in another namespace? --namespace NAME` }]
  return COMPONENTS.flatMap((component) => {
    const kinds = FLUX_KINDS.filter((one) => one.component === component).map(({ kind }) => kind)
    if (!running.has(component) || kinds.some((kind) => isServed(served, kind))) return []
    return [{ what: kinds.join(', '), why: `${component} is there, and the API server serves none of its kinds` }]
  })
}
