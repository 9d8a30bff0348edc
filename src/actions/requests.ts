// Asking Flux to reconcile: the annotation that `flux reconcile` sets, with the run's token as its value.
import { RECONCILE_ANNOTATION } from '../flux/kinds.ts'
import type { Kube, KubeObject } from '../ports/kube.ts'
import { nameOf, resourceOfObject } from './resources.ts'

// The flux CLI's manager: an annotation owned by it is what people expect to find on these objects.
export const FIELD_MANAGER = 'flux'

/**
 * What the sources are asked with before the new controllers run. The objects are asked with the run's id afterwards: an answer of the
 * old controllers must not count as one of the new.
 */
export const sourceToken = (runId: string): string => `${runId}/sources`

export const requested = (object: KubeObject, token: string): boolean => object.metadata.annotations?.[RECONCILE_ANNOTATION] === token

export async function request(kube: Kube, object: KubeObject, token: string): Promise<void> {
  const body = { metadata: { annotations: { [RECONCILE_ANNOTATION]: token } } }
  try {
    await kube.patch(resourceOfObject(object), nameOf(object), 'merge', body, { fieldManager: FIELD_MANAGER })
  } catch (error) {
    // Deleted since it was listed: nobody is left to be asked. Verify tells of what was there before.
    if ((await kube.get(resourceOfObject(object), nameOf(object))) !== undefined) throw error
  }
}

export const requestLine = (label: string, token: string): string => `annotate ${label} ${RECONCILE_ANNOTATION}=${token}`
