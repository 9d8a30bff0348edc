// What a namespace holds that is somebody's: whoever has made the namespace may not delete it with that in it.
import { OpsError } from '../errors.ts'
import type { KubeObject, KubeReader, Resource } from '../ports/kube.ts'
import { DEPLOYMENT, NAMESPACE_KINDS, POD, SECRET } from './resources.ts'
import { sideBySide } from './side-by-side.ts'

export const CLAIM: Resource = { ...SECRET, plural: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim' }

const batch = (plural: string, kind: string): Resource => ({ group: 'batch', version: 'v1', plural, kind, namespaced: true })
const apps = (plural: string, kind: string): Resource => ({ ...DEPLOYMENT, plural, kind })

const MISSED: readonly Resource[] = [
  CLAIM,
  SECRET,
  ...NAMESPACE_KINDS,
  apps('statefulsets', 'StatefulSet'),
  apps('daemonsets', 'DaemonSet'),
  batch('jobs', 'Job'),
  batch('cronjobs', 'CronJob'),
  POD,
]

/** Pure. What Kubernetes puts into every namespace, as it made it: the ServiceAccount `default`, in which nobody owns a field, and `kube-root-ca.crt`. */
export function isOfKubernetes(kind: string, { metadata }: KubeObject): boolean {
  const managers = metadata.managedFields ?? []
  if (managers.length === 0) return kind === 'ServiceAccount' && metadata.name === 'default'
  return managers.every(({ manager }) => manager === 'kube-controller-manager')
}

/** What belongs to another object is gone with it. */
const isSomebodys = (kind: string, object: KubeObject): boolean =>
  (object.metadata.ownerReferences ?? []).length === 0 && object.metadata.deletionTimestamp === undefined && !isOfKubernetes(kind, object)

/** One of them, by its label; undefined where there is none. Who may not look does not know that it is empty. */
export async function heldIn(kube: KubeReader, namespace: string): Promise<string | undefined> {
  const found = await sideBySide(MISSED, 8, async (resource): Promise<string | undefined> => {
    const items = await kube.list(resource, { namespace, metadataOnly: true }).catch((error: unknown) => {
      if (error instanceof OpsError && error.code === 'kube-forbidden') return error
      throw error
    })
    if (items instanceof OpsError) return `perhaps ${resource.plural}, which you may not list`
    const one = items.find((item) => isSomebodys(resource.kind, item))
    return one && `${resource.kind} ${namespace}/${one.metadata.name}`
  })
  return found.find((one) => one !== undefined)
}
