// Nobody has reported on it since it was made: one that was made just now is under way.
import { explained, person, reconcile, type State } from './case.ts'

const SOON_MS = 5 * 60_000

export const unreported: State = (found) => {
  const { object, verdict, world } = found
  if (verdict.state !== 'unknown') return undefined
  const made = object.metadata.creationTimestamp ?? ''
  // Of one that does not tell its age nobody knows that it is new.
  if (Date.parse(world.snapshot.takenAt) - Date.parse(made) <= SOON_MS) return undefined
  return explained(found, {
    state: 'never-reconciled',
    says: 'no controller has reported on it since it was made',
    certainty: 'likely',
    evidence: [{ kind: 'spec', what: 'metadata.creationTimestamp', text: made, at: made || null }],
    fixes: [
      person('see whether its controller watches this namespace, and these labels', 'flux check'),
      reconcile('ask for it once', object),
    ],
  })
}
