// Suspended by a person while it was not ready: what depends on it waits for as long.
import { explained, person, type State } from './case.ts'

export const suspendedBlocker: State = (found) => {
  const { object, verdict } = found
  if (verdict.state !== 'suspended') return undefined
  const id = object.metadata
  return explained(found, {
    state: 'suspended-blocker',
    says: 'it is suspended and not ready, and others wait for it',
    evidence: [{ kind: 'spec', what: 'spec.suspend', text: 'true', at: null }],
    fixes: [person('whoever suspended it knows why: ask, and then resume it', `flux-ops resume ${object.kind}/${id.namespace}/${id.name}`)],
  })
}
