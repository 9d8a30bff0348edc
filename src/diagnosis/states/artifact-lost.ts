// It says that it is ready, and what it has fetched is gone.
import { edgesOf } from '../edges.ts'
import { isLost } from '../lost-artifacts.ts'
import { conditionsOf } from '../world.ts'
import { explained, never, reconcile, type State } from './case.ts'

export const artifactLost: State = (found) => {
  const { label, verdict, world } = found
  if (verdict.state !== 'ready') return undefined
  const asking = [...world.sightings.values()].find((one) => edgesOf(one.object).some(({ to }) => to === label) && isLost(one, found))
  if (asking === undefined) return undefined
  const told = conditionsOf(asking.object).find(({ message }) => /artifact/.test(message))
  return explained(found, {
    state: 'artifact-lost',
    says: 'it is ready by its own account, and its artifact is no longer in the storage of source-controller',
    evidence: [{ kind: 'condition', what: `${asking.label}, ${told?.reason ?? ''}`, text: told?.message ?? '', at: told?.at ?? null }],
    fixes: [
      reconcile('let Flux fetch it anew: nothing that was applied is touched by that', found.object),
      never('deleting and making the objects anew: with prune: true what they have applied goes with them'),
    ],
  })
}
