// Which kinds of Flux there are, and where: as the API server tells it, and where it does not tell, in every version that a release of Flux has ever served.
import type { Unseen } from '../diagnosis/snapshot.ts'
import { messageOf, type OpsError } from '../errors.ts'
import { FLUX_KINDS, resourceOf } from '../flux/kinds.ts'
import type { KubeReader, Resource } from '../ports/kube.ts'

export interface ServedKinds {
  /** Of each kind where it may be, the most likely place first. */
  readonly places: readonly (readonly Resource[])[]
  /** Why the API server did not tell; then a place may be wrong. */
  readonly untold?: OpsError
}

/** `refusal` gives back what the server refused or could not do, and throws what ends the reading. */
export async function servedKinds(kube: KubeReader, refusal: (error: unknown) => OpsError): Promise<ServedKinds> {
  const groups = [...new Set(FLUX_KINDS.map(({ group }) => group))]
  try {
    const served = await kube.kinds(groups)
    const known = served.filter(({ group, kind }) => FLUX_KINDS.some((one) => one.group === group && one.kind === kind))
    return { places: known.map((resource) => [resource]) }
  } catch (error) {
    const untold = refusal(error)
    // The catalogue is large, and needed for this alone.
    const { everServed } = await import('../flux/catalogue/index.ts')
    return { places: FLUX_KINDS.map((of) => everServed(of.group, of.kind).map((version) => resourceOf(of, version))), untold }
  }
}

/** `nowhere`: kinds that were not found in any version. */
export const untoldKinds = (untold: OpsError, nowhere: readonly string[]): Unseen => {
  const found = nowhere.length === 0 ? 'all were found' : `not found: ${nowhere.join(', ')}`
  return {
    what: 'which kinds are served',
    why: `${messageOf(untold)}; each was asked for in the versions that flux-ops knows, ${found}`,
  }
}
