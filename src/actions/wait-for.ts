// A wait polls the world until it is as wanted, says what it last saw, and has a deadline.
import { OpsError } from '../errors.ts'
import type { ReadContext } from '../ports/context.ts'

export type Seen<T> = { readonly done: true; readonly value: T } | { readonly done: false; readonly lastSeen: string }

export interface Wait<T> {
  readonly waitingFor: string
  readonly timeoutMs: number
  readonly everyMs?: number
  /** Of the error when the time is over; default `wait-timeout`. */
  readonly code?: string
  readonly hints?: readonly string[]
  /** Throws to give up early. */
  probe(): Promise<Seen<T>>
}

/** How long to wait between two looks at this many objects, in ms: a look at thousands is work for the API server. */
export const paceOf = (objects: number): number => Math.min(10_000, 500 + 2 * objects)

/** Throws OpsError `wait-timeout` with what was last seen, the signal's reason, or what the probe throws. */
export async function waitFor<T>(ctx: ReadContext, wait: Wait<T>): Promise<T> {
  const started = ctx.clock.now().getTime()
  for (;;) {
    ctx.signal.throwIfAborted()
    const seen = await wait.probe()
    if (seen.done) return seen.value

    ctx.progress({ waitingFor: wait.waitingFor, lastSeen: seen.lastSeen })
    if (ctx.clock.now().getTime() - started >= wait.timeoutMs) throw tooLate(wait, seen.lastSeen)
    await ctx.clock.sleep(wait.everyMs ?? 500, ctx.signal)
  }
}

const tooLate = <T>(wait: Wait<T>, lastSeen: string): OpsError =>
  new OpsError({
    code: wait.code ?? 'wait-timeout',
    message: `${wait.waitingFor}: not within ${Math.round(wait.timeoutMs / 1000)} s; last seen: ${lastSeen}`,
    hints: wait.hints ?? ['look at what was last seen, then take the run up again:  flux-ops runs resume'],
  })
