// The move to the Flux Operator on a real control plane, with the real operator, from both ways of keeping Flux.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MoveDesk } from './desk.ts'

let desk: MoveDesk

beforeAll(async () => {
  desk = await MoveDesk.open('bootstrap')
})
afterAll(() => desk?.close())

test('comes to its end: nothing is deleted or made again, pods are replaced once, and the operator owns everything alone', async () => {
  await desk.fresh()
  const [uids, revisions] = [await desk.uids(), await desk.revisions()]

  const done = await desk.move()

  expect(done.error?.message).toBeUndefined()
  expect(done.outcome).toBe('done')
  const after = await desk.uids()
  expect(Object.entries(uids).filter(([label, uid]) => after[label] !== uid)).toEqual([])
  const now = await desk.revisions()
  expect(Object.entries(revisions).filter(([name, revision]) => (now[name] ?? 0) > revision + 1)).toEqual([])
  expect(await desk.ownedTwice()).toEqual([])
  expect(await desk.notReady()).toEqual([])
})
