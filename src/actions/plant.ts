// An object of another cluster, made anew here as it was there: with its field managers, as who owns which field decides what the next apply may change.
import { OpsError } from '../errors.ts'
import { bare, managersOf } from '../flux/installation/bare.ts'
import type { Kept } from '../flux/installation/content.ts'
import type { Kube } from '../ports/kube.ts'
import { nameOf } from './resources.ts'

/** False where one of that name is there already: it stays as it is. */
export async function createAnew(kube: Kube, { resource, object }: Kept): Promise<boolean> {
  try {
    await kube.create(resource, bare(object))
    return true
  } catch (error) {
    if (error instanceof OpsError && error.code === 'kube-conflict') return false
    throw error
  }
}

/** Its field managers are those that it had. */
export async function giveManagers(kube: Kube, { resource, object }: Kept): Promise<void> {
  // A managed field of the status has nothing to stand for.
  const managedFields = managersOf(object)
  if (managedFields.length === 0) return
  await kube.patch(resource, nameOf(object), 'merge', { metadata: { managedFields } }, { metadataOnly: true })
}

/** One that is there already stays as it is, but for its field managers. */
export async function plant(kube: Kube, kept: Kept): Promise<void> {
  await createAnew(kube, kept)
  await giveManagers(kube, kept)
}
