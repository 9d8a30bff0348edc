// One object, written so that the API server stores it at its storage version, with no managedFields entry left at another.
import { OpsError } from '../../errors.ts'
import type { Kube, KubeObject, PatchOptions, Resource } from '../../ports/kube.ts'
import { rewriteManagedFields, staleVersions } from '../managed-fields.ts'
import { nameOf } from '../resources.ts'

const ATTEMPTS = 5

/** About this object alone, while the API server answers: the others can go on. */
const REFUSALS = new Set(['kube-conflict', 'kube-invalid', 'kube-forbidden', 'kube-error'])

export const isRefusal = (error: unknown): error is OpsError => error instanceof OpsError && REFUSALS.has(error.code)

/** `listed` may be metadata alone. false: it was deleted meanwhile, nothing of it is stored any more. Throws what the API server refuses it with. */
export async function rewriteObject(kube: Kube, resource: Resource, listed: KubeObject, options: PatchOptions): Promise<boolean> {
  let object = listed
  for (let attempt = 1; ; attempt++) {
    try {
      await kube.patch(resource, nameOf(listed), 'merge', patchFor(object, `${resource.group}/${resource.version}`), options)
      return true
    } catch (error) {
      if (!isRefusal(error)) throw error
      const current = await kube.get(resource, nameOf(listed))
      if (current === undefined) return false
      const moved = current.metadata.resourceVersion !== object.metadata.resourceVersion
      const again = error.code === 'kube-conflict' || (error.code === 'kube-invalid' && moved)
      if (!again || attempt >= ATTEMPTS) throw error
      object = current
    }
  }
}

/**
 * An empty patch is enough to have it stored anew. managedFields are set as a whole: with the resourceVersion that they were read at, the API
 * server answers a conflict when somebody wrote in between.
 */
function patchFor(object: KubeObject, apiVersion: string): object {
  if (staleVersions(object, apiVersion).length === 0) return {}
  const { resourceVersion, managedFields = [] } = object.metadata
  return { metadata: { resourceVersion, managedFields: rewriteManagedFields(managedFields, apiVersion) } }
}
