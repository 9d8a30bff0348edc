// Applied, and what is no longer in the source could not be deleted. kustomize-controller 1.7.2 and 1.9.3: PruneFailed `… delete failed …`; 1.7.2 then forgets it.
import { explained, never, person, reconcile, type State } from './case.ts'

export const prune: State = (found) => {
  const { object, said } = found
  if (object.kind !== 'Kustomization' || !/^PruneFailed/m.test(said)) return undefined
  const what = /\b([A-Z][A-Za-z]{1,62}\/\S{1,520}) delete failed/.exec(said)?.[1] ?? 'something'
  return explained(found, {
    state: 'prune-failed',
    says: `${what} is no longer in its source, and cannot be deleted`,
    fixes: [
      person('see who refuses that: a policy, a webhook, or a right that its account does not have'),
      reconcile('then let Flux try again', object),
      never('deleting it with --force: what refuses it may have a reason'),
    ],
  })
}
