// kill -9 at every moment of a suspend, a resume and a `resume --once`: taken up, each ends as one that was not killed; taken back, everything is as before.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SuspensionDesk } from '../runbooks/suspension/desk.ts'
import { FLOWS, pointsOf, takenBack, takenUp } from '../runbooks/suspension/killed.ts'

const { FLUX_OPS_KILL_ONLY = '' } = process.env
const ONLY = new RegExp(FLUX_OPS_KILL_ONLY)

let desk: SuspensionDesk

beforeAll(async () => {
  desk = await SuspensionDesk.open('2.7.3')
})
afterAll(() => desk?.close())

describe.each(FLOWS)('$name', (flow) => {
  test('that is killed anywhere is taken up to its end, or taken back to what was', { timeout: 3_600_000 }, async () => {
    const listed = await pointsOf(desk, flow)
    const points = listed.points.filter((point) => ONLY.test(listed.name(point)))
    const wrong: string[] = []
    const hold = async (what: string, run: () => Promise<unknown>, wanted: unknown): Promise<void> => {
      try {
        const found = await run()
        if (found !== undefined) expect(found).toEqual(wanted)
      } catch (error) {
        wrong.push(`${what}: ${(error as Error).message.slice(0, 2000)}`)
      }
    }

    for (const point of points) {
      await hold(`${listed.name(point)}, taken up`, () => takenUp(desk, flow, [point]), [flow.after, flow.after])
      await hold(`${listed.name(point)}, taken back`, () => takenBack(desk, flow, point), [flow.before, flow.before])
      console.log(`${flow.name}: ${listed.name(point)}`)
    }

    console.log(`${flow.name}: ${points.length} of ${listed.points.length} points`)
    expect(points.length).toBeGreaterThan(0)
    expect(wrong).toEqual([])
  })
})
