// Asking Flux to reconcile: the annotation that `flux reconcile` sets, with the run's token as its value.
import { RECONCILE_ANNOTATION } from '../flux/kinds.ts'
import type { Kube, KubeObject } from '../ports/kube.ts'
import { nameOf, resourceOfObject } from './resources.ts'

// The flux CLI's manager: an annotation owned by it is what people expect to find on these objects.
export const FIELD_MANAGER = 'flux'

/**
 * The Flux Operator takes over what the manager `flux` has set on the objects that it applies, and drops it with its next apply: there the request
 * would be gone before its controller has seen it. Source: takeOwnershipFrom in internal/controller/common.go of flux-operator.
 */
export const managerFor = (object: KubeObject): string =>
  object.metadata.labels?.['fluxcd.controlplane.io/name'] === undefined ? FIELD_MANAGER : 'flux-ops'

/**
 * What the sources are asked with before the new controllers run. The objects are asked with the run's id afterwards: an answer of the
 * old controllers must not count as one of the new.
 */
export const sourceToken = (runId: string): string => `${runId}/sources`

export const requested = (object: KubeObject, token: string): boolean => object.metadata.annotations?.[RECONCILE_ANNOTATION] === token

export async function request(kube: Kube, object: KubeObject, token: string): Promise<void> {
  const body = { metadata: { annotations: { [RECONCILE_ANNOTATION]: token } } }
  try {
    await kube.patch(resourceOfObject(object), nameOf(object), 'merge', body, { fieldManager: managerFor(object) })
  } catch (error) {
    // Deleted since it was listed: nobody is left to be asked. Verify tells of what was there before.
    if ((await kube.get(resourceOfObject(object), nameOf(object))) !== undefined) throw error
  }
}

export const requestLine = (label: string, token: string): string => `annotate ${label} ${RECONCILE_ANNOTATION}=${token}`
