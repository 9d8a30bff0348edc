// Many small calls, as many at once as the pace allows at that moment; the first failure ends it once those under way have ended.
import type { ReadContext } from '../../ports/context.ts'
import type { Pace } from './pace.ts'

export async function atPace<T>(
  ctx: Pick<ReadContext, 'clock' | 'signal'>,
  pace: Pace,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>()
  const failures: unknown[] = []
  const begin = (item: T): void => {
    const call = work(item)
      .then(pace.wentWell, (error: unknown) => void failures.push(error))
      .finally(() => underWay.delete(call))
    underWay.add(call)
  }
  try {
    for (const item of items) {
      while (underWay.size >= pace.limit()) await Promise.race(underWay)
      while (pace.rest() > 0) await ctx.clock.sleep(pace.rest(), ctx.signal)
      ctx.signal.throwIfAborted()
      if (failures.length > 0) break
      begin(item)
    }
  } finally {
    await Promise.all(underWay)
  }
  if (failures.length > 0) throw failures[0]
}
