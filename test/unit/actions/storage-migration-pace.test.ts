import { describe, expect, it } from 'vitest'
import { atPace } from '../../../src/actions/storage-migration/at-pace.ts'
import { createPace } from '../../../src/actions/storage-migration/pace.ts'
import { FakeClock, fakeContext } from './fakes.ts'

const going = (pace: ReturnType<typeof createPace>, times: number): void => {
  for (let time = 0; time < times; time++) pace.wentWell()
}

describe('the pace of the storage migration', () => {
  it('rises while all goes well, up to an end', () => {
    const pace = createPace(new FakeClock())
    const first = pace.limit()

    going(pace, first)
    const next = pace.limit()
    going(pace, 10_000)

    expect([first, next, pace.limit()]).toEqual([8, 9, 16])
  })

  it('halves when the API server turns a call away, and rests as long as it was told', () => {
    const clock = new FakeClock()
    const pace = createPace(clock)

    pace.turnedAway(2000)

    expect([pace.limit(), pace.rest()]).toEqual([4, 2000])
    clock.at += 2000
    expect(pace.rest()).toBe(0)
  })

  it('takes calls that are turned away together for one refusal, and those after the rest for another', () => {
    const clock = new FakeClock()
    const pace = createPace(clock)

    for (let time = 0; time < 8; time++) pace.turnedAway(1000)
    const together = pace.limit()
    clock.at += 1000
    pace.turnedAway(1000)

    expect([together, pace.limit()]).toEqual([4, 2])
  })

  it('rises more slowly each time that it was too much', () => {
    const clock = new FakeClock()
    const pace = createPace(clock)
    const callsToRise = (): number => {
      const limit = pace.limit()
      let calls = 0
      for (; pace.limit() === limit; calls++) pace.wentWell()
      return calls
    }

    pace.turnedAway(1000)
    const once = callsToRise()
    clock.at += 1000
    pace.turnedAway(1000)

    expect([once, callsToRise()]).toEqual([4 * 2, 2 * 4])
  })

  it('never stops altogether, and recovers', () => {
    const clock = new FakeClock()
    const pace = createPace(clock)
    for (let time = 0; time < 20; time++) {
      pace.turnedAway(1000)
      clock.at += 1000
    }
    const slowest = pace.limit()

    going(pace, 1000)

    expect([slowest, pace.limit()]).toEqual([1, 16])
  })

  it('lets no more be under way than the limit of the moment, and begins none while it rests', async () => {
    const clock = new FakeClock()
    const ctx = fakeContext({ clock })
    const pace = createPace(clock)
    const began: number[] = []
    let underWay = 0
    let most = 0

    await atPace(ctx, pace, [...Array(100).keys()], async (item) => {
      began.push(clock.at)
      underWay += 1
      most = Math.max(most, underWay)
      if (item === 0) pace.turnedAway(5000)
      await Promise.resolve()
      underWay -= 1
    })

    expect(most).toBeLessThanOrEqual(16)
    expect(began).toHaveLength(100)
    expect((began[1] ?? 0) - (began[0] ?? 0)).toBe(5000)
  })

  it('begins nothing after a failure and reports it when all that was under way has ended', async () => {
    const ctx = fakeContext()
    const done: number[] = []

    const run = atPace(ctx, createPace(ctx.clock), [...Array(100).keys()], async (item) => {
      if (item === 2) throw new Error('the API server is gone')
      await Promise.resolve()
      done.push(item)
    })

    await expect(run).rejects.toThrow('gone')
    expect(done.length).toBeLessThan(16)
    const atEnd = done.length
    await Promise.resolve()
    expect(done).toHaveLength(atEnd)
  })
})
