// A Receiver that has no token: nothing that is posted to it is taken.
import { explained, person, reconcile, type State } from './case.ts'

export const webhookToken: State = (found) => {
  const { object, said } = found
  if (object.kind !== 'Receiver' || !/^TokenNotFound/m.test(said)) return undefined
  const { namespace } = object.metadata
  const secret = String(object.spec?.secretRef?.name ?? '')
  return explained(found, {
    state: 'webhook-token',
    says: `the Secret ${secret} with its token cannot be read`,
    fixes: [
      person('bring it back, with a token that the sender knows too', `kubectl -n ${namespace} get secret ${secret}`),
      reconcile('then let it be read', object),
    ],
  })
}
