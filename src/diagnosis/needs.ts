// What an object needs, told apart: what it is made from, and what has to be Ready before it.
import type { Needs } from '../flux/installation/brought.ts'
import type { KubeObject } from '../ports/kube.ts'
import { type Edge, edgesOf } from './edges.ts'

const OF_SOURCE: ReadonlySet<Edge['via']> = new Set(['source', 'chart', 'include'])

/** Labels, `Kind namespace/name`. */
export function needsOf(object: KubeObject): Needs {
  const edges = edgesOf(object)
  return {
    sources: edges.filter(({ via }) => OF_SOURCE.has(via)).map(({ to }) => to),
    dependencies: edges.filter(({ via }) => via === 'dependsOn').map(({ to }) => to),
  }
}
