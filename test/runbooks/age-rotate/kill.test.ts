// kill -9 at the moments of a rotation where most is under way. All of them: npm run test:faults -- rotate-kill.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KillPoint } from '../../faults/harness/points.ts'
import { ride } from '../../faults/harness/ride.ts'
import { RotationDesk } from './desk.ts'

let desk: RotationDesk

beforeAll(async () => {
  desk = await RotationDesk.open('pin')
})
afterAll(() => desk?.close())

const middle = (step: string, call: number): KillPoint => ({ where: 'middle', step, call })

const POINTS: readonly KillPoint[] = [
  middle('add-key', 1),
  { where: 'before', event: 'step.finished add-key' },
  middle('back-up', 2),
  middle('back-up', 3),
  middle('add-recipient', 4),
  { where: 'before', event: 'step.finished commit-add' },
  middle('push-add', 1),
  { where: 'torn', event: 'step.finished prove' },
  middle('new-data-keys', 3),
  middle('push-cut', 1),
  middle('take-out', 1),
]

test('a rotation that is killed again and again loses nothing and comes to its end', async () => {
  await desk.fresh()
  const before = await desk.clearTexts(await desk.inCluster())
  const args = ['age', 'rotate', '--to', await desk.recoveryRecipient(), '--identity', desk.recovery, '--out', desk.out, '--yes']

  const { runId } = await ride(desk.sandbox.paths, args, POINTS, async () => expect(await desk.losses()).toEqual([]))

  const keys = await desk.inCluster()
  expect(keys.map(({ recipient }) => recipient)).not.toContain(desk.old)
  expect(keys).toHaveLength(1)
  expect((await desk.backedUp()).map(({ recipient }) => recipient)).toContain(keys[0]?.recipient)
  const after = await desk.clearTexts(keys)
  for (const [path, text] of Object.entries(before)) if (!path.includes('age-key')) expect(after[path]).toBe(text)
  expect((await desk.sandbox.git('log', '--format=%s', `--grep=^Flux-Ops-Run: ${runId}$`, 'origin/main')).trim().split('\n')).toHaveLength(
    2,
  )
  expect(await desk.sandbox.git('status', '--porcelain')).toBe('')
  expect(new Set(Object.values(await desk.ready()))).toEqual(new Set(['True']))
})
