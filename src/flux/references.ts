// API versions that live Flux objects name inside their spec: healthChecks, sourceRef, resources of a Receiver. The API server never looks at
// them, so nothing tells before the controller asks for a kind at a version that is gone.
import type { KubeObject } from '../ports/kube.ts'
import { findCrd, names, type ReleaseFacts } from './catalogue/index.ts'
import { groupOf, isFluxGroup, objectLabel, versionOf } from './kinds.ts'

export interface Reference {
  /** `Kind namespace/name` of the object that refers. */
  readonly where: string
  /** `spec.healthChecks[0]` */
  readonly path: string
  readonly kind: string
  readonly apiVersion: string
}

const MAX_DEPTH = 20

const isGone = (facts: ReleaseFacts, kind: string, apiVersion: string): boolean => {
  const group = groupOf(apiVersion)
  if (!isFluxGroup(group)) return false
  const crd = findCrd(facts, group, kind)
  const known =
    crd === undefined ? facts.crds.filter((each) => each.group === group).flatMap((each) => names(each.versions)) : names(crd.versions)
  return !known.includes(versionOf(apiVersion))
}

function walk(value: unknown, path: string, depth: number, found: (path: string, node: Record<string, unknown>) => void): void {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) walk(item, `${path}[${index}]`, depth + 1, found)
    return
  }
  const node = value as Record<string, unknown>
  if (typeof node.apiVersion === 'string') found(path, node)
  for (const [key, item] of Object.entries(node)) walk(item, `${path}.${key}`, depth + 1, found)
}

/** References to Flux kinds in versions that the release does not have. Values of Helm charts are left out: they are the chart's affair. */
export function goneReferences(objects: readonly KubeObject[], facts: ReleaseFacts): Reference[] {
  return objects.flatMap((object) => {
    const all: Reference[] = []
    const { values: _values, ...spec } = (object.spec ?? {}) as Record<string, unknown>
    walk(spec, 'spec', 0, (path, { apiVersion, kind }) => {
      const name = typeof kind === 'string' ? kind : ''
      if (isGone(facts, name, String(apiVersion)))
        all.push({ where: objectLabel(object), path, kind: name, apiVersion: String(apiVersion) })
    })
    return all
  })
}
