// How many writes are under way at once: more while all goes well, half as many when the API server turns one away, and none until it said.
import type { Clock } from '../../ports/clock.ts'

const FIRST = 8
/** Each time it was too much, the next rise waits twice as long, up to this. */
const MOST_PATIENCE = 8
// Below the connections of the Kube adapter, so that the lease can be renewed beside it.
const MOST = 16

export interface Pace {
  /** How many may be under way now. */
  limit(): number
  /** Milliseconds until the next may begin; 0 as a rule. */
  rest(): number
  wentWell(): void
  /** The API server turned a request away and wants to be left alone for so long. */
  turnedAway(waitMs: number): void
}

export function createPace(clock: Pick<Clock, 'now'>): Pace {
  let limit = FIRST
  let well = 0
  let patience = 1
  let restUntil = 0
  const now = (): number => clock.now().getTime()
  return {
    limit: () => limit,
    rest: () => Math.max(0, restUntil - now()),
    wentWell: () => {
      well += 1
      if (well < limit * patience) return
      well = 0
      limit = Math.min(MOST, limit + 1)
    },
    turnedAway: (waitMs) => {
      // Those that were under way together are turned away together: that is one refusal, not many.
      if (now() >= restUntil) {
        limit = Math.max(1, Math.floor(limit / 2))
        patience = Math.min(MOST_PATIENCE, patience * 2)
      }
      well = 0
      restUntil = Math.max(restUntil, now() + waitMs)
    },
  }
}
