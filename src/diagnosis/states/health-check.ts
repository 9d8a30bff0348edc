// Applied, and not healthy in time: the reason is in what was applied.
import { shellWord } from '../shell-word.ts'
import { explained, person, reconcile, type State } from './case.ts'

const RESOURCES = /\[([^[\]]+)\]/
const FIRST = /([A-Za-z]{1,63})\/([^/\s]{1,253})\/([^\s']{1,253})/

export const healthCheck: State = (found) => {
  const { object, said } = found
  if (object.kind !== 'Kustomization' || !/^HealthCheckFailed/m.test(said)) return undefined
  const listed = RESOURCES.exec(said)?.[1]
  const first = FIRST.exec(listed ?? '')
  return explained(found, {
    state: 'health-check-failed',
    says: listed === undefined ? 'what it applied is not healthy' : `what it applied is not healthy: ${listed}`,
    fixes: [
      person(
        'see why it is not healthy',
        ...(first === null
          ? []
          : [`kubectl -n ${shellWord(first[2] ?? '')} describe ${first[1]?.toLowerCase()} ${shellWord(first[3] ?? '')}`]),
      ),
      reconcile('once it is, let Flux look again', object),
    ],
  })
}
