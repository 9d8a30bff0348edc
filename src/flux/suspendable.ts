// By what a kind is suspended, as its CRD has it in the releases that we know: most by spec.suspend, one by an annotation, some not at all.
import type { KubeObject } from '../ports/kube.ts'
import { findCrd, release, releases } from './catalogue/index.ts'
import { groupOf, kindOfObject, versionOf } from './kinds.ts'

export type Switch = 'spec' | 'annotation'

let known: ReadonlyMap<string, boolean> | undefined

/** `kind.group/version` -> whether some release has spec.suspend there. */
function suspends(): ReadonlyMap<string, boolean> {
  if (known !== undefined) return known
  const found = new Map<string, boolean>()
  for (const facts of releases().map(release))
    for (const { kind, group, versions } of facts.crds)
      for (const { name, suspends: has } of versions) {
        const key = `${kind}.${group}/${name}`
        found.set(key, has || found.get(key) === true)
      }
  known = found
  return known
}

/**
 * undefined: it cannot be suspended. ImagePolicy has spec.suspend only since 2.7: a cluster with an older one drops the field, so that what was
 * written has to be read back. A version that no known release has is taken for one that can.
 */
export function switchOf(object: Pick<KubeObject, 'apiVersion' | 'kind'>): Switch | undefined {
  const kind = kindOfObject(object)
  if (kind === undefined) return undefined
  if (kind.kind === 'ArtifactGenerator') return 'annotation'
  const said = suspends().get(`${kind.kind}.${groupOf(object.apiVersion)}/${versionOf(object.apiVersion)}`)
  if (said !== undefined) return said ? 'spec' : undefined
  const newest = findCrd(release(releases().at(-1) as string), kind.group, kind.kind)
  return newest?.versions.some(({ suspends: has }) => has) ? 'spec' : undefined
}
