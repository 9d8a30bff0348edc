// An object of another cluster, made anew here as it was there: with its field managers, as who owns which field decides what the next apply may change.
import { OpsError } from '../errors.ts'
import { bare, managersOf } from '../flux/installation/bare.ts'
import type { Kept } from '../flux/installation/content.ts'
import type { Kube } from '../ports/kube.ts'
import { nameOf } from './resources.ts'

/** One that is there already stays as it is, but for its field managers. */
export async function plant(kube: Kube, { resource, object }: Kept): Promise<void> {
  await kube.create(resource, bare(object)).catch((error: unknown) => {
    if (!(error instanceof OpsError) || error.code !== 'kube-conflict') throw error
  })
  // A managed field of the status has nothing to stand for.
  const managedFields = managersOf(object)
  if (managedFields.length === 0) return
  await kube.patch(resource, nameOf(object), 'merge', { metadata: { managedFields } }, { metadataOnly: true })
}
