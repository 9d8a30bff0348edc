// Lists that nearly every cluster is asked for anyway, begun while the API server still tells which kinds it serves: with most to read, they are what is waited for.
import { OpsError } from '../errors.ts'
import { resourceOf } from '../flux/kinds.ts'
import type { KubeObject, KubeReader, ListOptions, Resource } from '../ports/kube.ts'

/** As served since Flux 2.0, 2.3 and 2.6. Elsewhere it is not found there, and asked for where it is. */
const LIKELY = [resourceOf('HelmRelease', 'v2'), resourceOf('Kustomization', 'v1'), resourceOf('OCIRepository', 'v1')]

const keyOf = ({ group, version, plural }: Resource): string => `${group}/${version}/${plural}`

type List = KubeReader['list']

/** Begins them now. What it gives back answers with them where the same is asked for, each once, and else asks. */
export function listAhead(kube: KubeReader, options: ListOptions): List {
  const begun = new Map<string, Promise<KubeObject[]>>()
  for (const resource of LIKELY) {
    const list = kube.list(resource, { ...options, mustBeServed: true })
    list.catch(() => undefined) // whoever asks for it is told
    begun.set(keyOf(resource), list)
  }
  return async (resource, asked = {}) => {
    const list = asked.namespace === undefined ? begun.get(keyOf(resource)) : undefined
    if (list === undefined) return await kube.list(resource, asked)
    begun.delete(keyOf(resource))
    try {
      return await list
    } catch (error) {
      // It may be served by now, and it is whoever asks that decides what it is worth if it is not.
      if (error instanceof OpsError && error.code === 'kube-not-served' && asked.mustBeServed !== true)
        return await kube.list(resource, asked)
      throw error
    }
  }
}
