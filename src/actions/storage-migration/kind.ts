// A CRD as it is at one moment: what its objects are stored in, and whether it is still the same one later.
import { OpsError } from '../../errors.ts'
import { type InstalledCrd, installedCrd } from '../../flux/installed.ts'
import type { ReadContext } from '../../ports/context.ts'
import type { KubeObject, Resource } from '../../ports/kube.ts'
import { resourceOfCrd, storageVersionOf } from '../cluster-survey.ts'
import { CRD } from '../resources.ts'
import type { CrdState } from './record.ts'

export interface Kind {
  readonly crd: InstalledCrd
  readonly object: KubeObject
  readonly state: CrdState
  /** At its storage version. */
  readonly resource: Resource
  /** `group/version` of the same. */
  readonly apiVersion: string
  /** Entries of status.storedVersions that go. */
  readonly drops: readonly string[]
}

export const dropsOf = (crd: InstalledCrd, to: string): string[] => crd.storedVersions.filter((version) => version !== to)

/** undefined when there is no such CRD, or none that stores anything. */
export async function readKind(ctx: ReadContext, name: string): Promise<Kind | undefined> {
  const object = await ctx.kube.get(CRD, { name })
  const crd = object === undefined ? undefined : installedCrd(object)
  const to = crd === undefined ? undefined : storageVersionOf(crd)
  if (object === undefined || crd === undefined || to === undefined) return undefined
  const { uid = '', generation = 0 } = object.metadata
  const resource = resourceOfCrd(crd)
  return {
    crd,
    object,
    state: { uid, generation, to },
    resource,
    apiVersion: `${resource.group}/${resource.version}`,
    drops: dropsOf(crd, to),
  }
}

export const notServed = ({ crd, state }: Kind): OpsError =>
  new OpsError({
    code: 'storage-version-not-served',
    message: `the API server does not serve ${crd.name} at ${state.to}, the version that it stores: what is stored cannot be seen, and nothing was changed`,
    hints: [`kubectl get crd ${crd.name} -o yaml`, 'once it is served again:  flux-ops runs resume'],
  })

export const movedUnderWay = (what: string): OpsError =>
  new OpsError({
    code: 'storage-version-moved',
    message: `${what} while its objects were rewritten`,
    hints: ['take the run up again, it starts this step from what is there now:  flux-ops runs resume'],
  })
