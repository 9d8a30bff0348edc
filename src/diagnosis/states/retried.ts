// The last try failed, and what it said is nowhere any more: the next one is under way, and the warning was lost.
import { explained, person, type State } from './case.ts'

export const retried: State = (found) => {
  const { verdict, triedAgain } = found
  if (triedAgain !== true || verdict.message !== '' || verdict.reason === 'HealthCheckFailed') return undefined
  return explained(found, {
    state: 'retried',
    says: `its last try failed (${verdict.reason}), and the next one is under way`,
    fixes: [person('look again in a moment: why it fails stands there between two tries', 'flux-ops recover')],
  })
}
