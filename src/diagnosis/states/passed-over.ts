// Nobody reconciles it: each controller of its kind watches by labels, and none of them these.
import { passedOverBy } from '../shards.ts'
import { explained, person, type State } from './case.ts'

const SHARD = 'sharding.fluxcd.io/key'

export const passedOver: State = (found) => {
  const { object, world } = found
  const watchers = passedOverBy(object, world.watchers)
  if (watchers.length === 0) return undefined
  const key = object.metadata.labels?.[SHARD]
  const has = key === undefined ? `it has no label ${SHARD}` : `its label ${SHARD} is "${key}"`
  return explained(found, {
    state: 'shard-unwatched',
    says: `nobody reconciles it: ${has}, and no controller of its kind watches that`,
    // One may run in another namespace.
    certainty: 'likely',
    evidence: watchers.map(({ label, selector }) => ({ kind: 'spec', what: label, text: `--watch-label-selector=${selector}`, at: null })),
    fixes: [person('correct its label, or bring up a controller that watches it, in git')],
  })
}
