// When a request may be sent again. Pure: the rule is a table that a test can read.
import { isTlsFailure, NoAnswer } from './kube-errors.ts'

/**
 * How often the same request may take effect without harm:
 * - `read`: changes nothing.
 * - `idempotent`: a second time leaves the same state (apply and merge patches; a replace, whose stale resourceVersion is answered with a
 *   conflict that callers re-read for anyway; a delete, whose second answer "not found" is taken as done).
 * - `once`: a second time may do it twice (create, JSON patch): sent again only when the server surely did not act.
 */
export type Repeat = 'read' | 'idempotent' | 'once'

export interface RetryState {
  /** Counted from 0. */
  readonly attempt: number
  readonly elapsedMs: number
  readonly budgetMs: number
  /** The server was lost within the last minute: while it starts, RBAC is not loaded yet and a 403 means "not yet". */
  readonly recovering: boolean
}

export interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly body: string
}

/** Milliseconds, jitter left out on purpose: one operator, not a fleet. 0.1, 0.2, 0.4 … at most 2 s. */
const backOff = (attempt: number): number => Math.min(2000, 100 * 2 ** attempt)

const neverSent = (failure: NoAnswer): boolean => !failure.sent

function mayRepeatAfterAnswer(answer: Answer, repeat: Repeat, recovering: boolean): boolean {
  // Too many requests: turned away at the door, whatever the verb.
  if (answer.status === 429) return true
  // 503 with Retry-After comes from the API server's own filters before anything was done; without it a proxy may have said it.
  if (answer.status === 503) return repeat !== 'once' || answer.retryAfter !== undefined
  if ([500, 502, 504].includes(answer.status)) return repeat === 'read'
  if (answer.status === 403 && recovering) return true
  return false
}

/** Milliseconds to wait before the next try, or undefined to give up. */
export function nextDelay(outcome: NoAnswer | Answer, repeat: Repeat, state: RetryState): number | undefined {
  const again =
    outcome instanceof NoAnswer
      ? !isTlsFailure(outcome.code) && outcome.code !== 'ABORTED' && (repeat !== 'once' || neverSent(outcome))
      : mayRepeatAfterAnswer(outcome, repeat, state.recovering)
  if (!again) return undefined
  // A reply of 500 to a read is mostly lasting (a broken webhook or aggregated API): three tries are enough.
  if (!(outcome instanceof NoAnswer) && outcome.status === 500 && state.attempt >= 3) return undefined
  const asked = outcome instanceof NoAnswer ? undefined : Number(outcome.retryAfter)
  const delay = asked !== undefined && Number.isFinite(asked) && asked > 0 ? Math.min(asked, 30) * 1000 : backOff(state.attempt)
  return state.elapsedMs + delay > state.budgetMs ? undefined : delay
}
