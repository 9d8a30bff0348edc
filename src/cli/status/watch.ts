// Looks again and again. A cluster that does not answer ends nothing: it is told since when, and what was seen last stays.
import { OpsError } from '../../errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Reading } from './read.ts'

export interface View {
  seen(reading: Reading, before: Reading | undefined): void
  /** Not answered, or in part only. `since`: when it was first found so. */
  lost(since: Date, why: string): void
  /** Answered again. */
  back(since: Date): void
}

export interface Watching {
  readonly read: () => Promise<Reading>
  readonly view: View
  readonly clock: Clock
  readonly intervalMs: number
  /** Ends it: an interrupt, or whoever watches has had enough. */
  readonly signal: AbortSignal
}

/** A look that takes longer is told as one that is not answered. */
const OVERDUE_MS = 10_000
/** What stays out of sight for as many looks is how it is now: a right that was taken away. */
const MOST_PARTIAL = 3

const isOutage = (error: unknown): error is OpsError => error instanceof OpsError && error.exit !== 'bug' && error.exit !== 'usage'

/** What could be seen before, and cannot now: an API server that goes away in the middle, or has just been started. */
function newlyUnseen({ status: { unseen } }: Reading, before: Reading | undefined): string | undefined {
  const known = new Set(before?.status.unseen.map(({ what }) => what))
  const first = unseen.find(({ what }) => !known.has(what))
  return before === undefined || first === undefined ? undefined : `${first.what}: ${first.why}`
}

class Watch {
  readonly #watching: Watching
  #last: Reading | undefined
  #lostSince: Date | undefined
  #partial = 0

  constructor(watching: Watching) {
    this.#watching = watching
  }

  /** Throws the failure of the first look, and what is a bug of ours. */
  async look(): Promise<void> {
    const { clock, intervalMs, signal } = this.#watching
    const done = new AbortController()
    const patience = Math.max(OVERDUE_MS, 2 * intervalMs)
    const overdue = clock.sleep(patience, AbortSignal.any([signal, done.signal])).then(
      () => this.#lost(`no answer for ${Math.round(patience / 1000)} s`),
      () => undefined,
    )
    try {
      this.#taken(await this.#watching.read())
    } catch (error) {
      if (signal.aborted) return
      if (this.#last === undefined || !isOutage(error)) throw error
      this.#lost(error.message)
    } finally {
      done.abort()
      await overdue
    }
  }

  #taken(reading: Reading): void {
    const { view, signal } = this.#watching
    if (signal.aborted) return
    const lacking = newlyUnseen(reading, this.#last)
    if (lacking !== undefined && ++this.#partial < MOST_PARTIAL) {
      this.#lost(`answered in part only: ${lacking}`)
      return
    }
    this.#partial = 0
    if (this.#lostSince !== undefined) view.back(this.#lostSince)
    this.#lostSince = undefined
    view.seen(reading, this.#last)
    this.#last = reading
  }

  #lost(why: string): void {
    // Before the first answer there is nothing to be shown beside it.
    if (this.#last === undefined) return
    this.#lostSince ??= this.#watching.clock.now()
    this.#watching.view.lost(this.#lostSince, why)
  }
}

/** Until the signal. Throws as the first look does. */
export async function watchStatus(watching: Watching): Promise<void> {
  const { clock, intervalMs, signal } = watching
  const watch = new Watch(watching)
  while (!signal.aborted) {
    await watch.look()
    await clock.sleep(intervalMs, signal).catch(() => undefined)
  }
}
