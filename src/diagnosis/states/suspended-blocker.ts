// Suspended by a person while it was not ready: what depends on it waits for as long.
import { type Suspension, suspensionOf, whoSuspended } from '../../flux/suspension.ts'
import { shellWord } from '../shell-word.ts'
import { explained, person, type State } from './case.ts'

const whose = (suspension: Suspension | undefined): string => {
  if (suspension === undefined) return 'true'
  return `true, ${whoSuspended(suspension)}${suspension.reason === null ? ', no reason given' : `: ${suspension.reason}`}`
}

export const suspendedBlocker: State = (found) => {
  const { object, verdict } = found
  if (verdict.state !== 'suspended') return undefined
  const { namespace, name } = object.metadata
  const suspension = suspensionOf(object, '')
  return explained(found, {
    state: 'suspended-blocker',
    says: 'it is suspended and not ready, and others wait for it',
    evidence: [{ kind: 'spec', what: 'spec.suspend', text: whose(suspension), at: suspension?.since ?? null }],
    fixes: [
      person(
        'whoever suspended it knows why: ask, and then resume it',
        `flux-ops resume ${shellWord(`${object.kind}/${namespace}/${name}`)}`,
      ),
    ],
  })
}
