// Releases that helm-controller was in the middle of when it ended: Helm has them marked as pending, and nobody else may touch them. helm-controller (1.4.3, 1.6.2)
// unlocks such a release by itself once it is back, and says so: Released=False PendingRelease `Unlocked Helm release … in pending-upgrade state`.
import type { Evidence, Fix } from './finding.ts'
import { conditionsOf, type World } from './world.ts'

const RUNNING = /^Running '(install|upgrade|rollback)' action/

const MOST = 5

export interface CutShort {
  readonly evidence: readonly Evidence[]
  readonly fixes: readonly Fix[]
}

/** undefined: none was. */
export function cutShortReleases({ sightings }: World): CutShort | undefined {
  const evidence = [...sightings.values()].flatMap(({ object, label }): Evidence[] => {
    if (object.kind !== 'HelmRelease') return []
    const running = conditionsOf(object).find(({ type, message }) => type === 'Reconciling' && RUNNING.test(message))
    if (running === undefined) return []
    return [{ kind: 'condition', what: `${label}, in the middle of it`, text: running.message, at: running.at }]
  })
  if (evidence.length === 0) return undefined
  return {
    evidence: evidence.slice(0, MOST),
    fixes: [
      {
        rank: 'never',
        says: 'deleting the Secret of a release that is pending, or helm rollback beside it: helm-controller unlocks it by itself once it is back',
        commands: [],
      },
    ],
  }
}
