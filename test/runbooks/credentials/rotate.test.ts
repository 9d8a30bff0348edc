// The key that Flux reads git with is exchanged on a real control plane, behind a real sshd. All of it: npm run test:faults -- credentials.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KillPoint } from '../../faults/harness/points.ts'
import { ride } from '../../faults/harness/ride.ts'
import { CredentialsDesk } from './desk.ts'
import { watched } from './watcher.ts'

let desk: CredentialsDesk

beforeAll(async () => {
  desk = await CredentialsDesk.openAny()
})
afterAll(() => desk?.close())

test('a dry run says every step, and changes nothing', async () => {
  const before = await desk.secret()

  const said = await desk.rotate({}, { dryRun: true })

  expect(said.error?.message).toBeUndefined()
  expect(said.outcome).toBe('planned')
  const steps = said.events.flatMap((event) => (event.type === 'step.would' ? [event.id] : []))
  expect(steps).toEqual(['new-credential', 'registered', 'swap', 'prove', 'old-removed', 'prove-alone', 'clean-up', 'report'])
  expect(await desk.secret()).toEqual(before)
  expect(await desk.kept()).toEqual([])
})

test('a credential is exchanged without a fetch that fails, host keys stay, and the old one is nowhere in the cluster', async () => {
  await desk.fresh()
  const { identity, password, ...others } = await desk.secret()

  const { failures, fetches } = await watched(desk, async () => {
    const done = await desk.whole()
    expect(done.error?.message).toBeUndefined()
    expect(done.outcome).toBe('done')
  })

  expect(failures).toEqual([])
  expect(fetches).toBeGreaterThan(3)
  const after = await desk.secret()
  expect(after).toMatchObject(others)
  expect([after.identity, after.password]).not.toEqual([identity, password])
  expect(await desk.kept()).toEqual([])
  expect(await desk.isLetIn()).toBe(true)
})

const middle = (step: string, call: number): KillPoint => ({ where: 'middle', step, call })

const POINTS: readonly KillPoint[] = [{ where: 'before', event: 'step.finished new-credential' }, middle('swap', 1), middle('clean-up', 1)]

test('a rotation that is killed again and again never leaves Flux with what the server refuses, and comes to its end', async () => {
  await desk.fresh()
  const { identity, password } = await desk.secret()
  const look = async (): Promise<void> => expect(await desk.isLetIn()).toBe(true)

  await ride(desk.sandbox.paths, desk.flags(), POINTS, look, desk.person)

  const after = await desk.secret()
  expect([after.identity, after.password]).not.toEqual([identity, password])
  expect(await desk.kept()).toEqual([])
  expect(await desk.isLetIn()).toBe(true)
})
