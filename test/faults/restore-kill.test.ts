// kill -9 at every moment of a restore. Taken up, it ends as the one that was not: everything as before, and nothing held.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../src/adapters/clock.ts'
import { createRunStore } from '../../src/adapters/run-store.ts'
import { replay } from '../../src/engine/replay.ts'
import { RestoreDesk } from '../runbooks/restore/desk.ts'
import { fill } from '../runbooks/restore/world.ts'
import { stateHome } from './harness/cli.ts'
import { listPoints } from './harness/points.ts'
import { ride } from './harness/ride.ts'
import { sweep } from './harness/sweep.ts'

const HOURS = 3_600_000
const { FLUX_OPS_KILL_ONLY = '', FLUX_OPS_KILL_RELAY = '9' } = process.env

let desk: RestoreDesk
let file: string

beforeAll(async () => {
  desk = await RestoreDesk.open()
  await desk.boot.reset()
  await fill(desk)
  file = await desk.backup()
})
afterAll(() => desk?.close())

async function begin(): Promise<readonly string[]> {
  await desk.lose()
  return ['restore', file, '--identity', desk.key, '--yes', '--timeout', '120']
}

async function endOf(runId: string): Promise<Record<string, unknown>> {
  const root = `${stateHome(desk.boot.paths)}/flux-ops/runs`
  const store = createRunStore({ root, clock: systemClock, redactor: { clean: (text) => text }, pid: process.pid })
  const stored = await store.read(runId)
  const state = replay(stored.lines, stored.tornBytes)
  const ends = stored.lines.flatMap(({ event }) => (event.type === 'step.finished' ? [event.id] : []))
  return {
    outcome: state.outcome ?? state.phase,
    endedTwice: state.steps.map(({ id }) => id).filter((id) => ends.filter((each) => each === id).length !== 1),
    everything: await desk.everything(),
    leaseHolder: await desk.boot.kubectl('-n', 'kube-system', 'get', 'lease', 'flux-ops', '-o', 'jsonpath={.spec.holderIdentity}'),
  }
}

test('a restore that is killed anywhere is taken up, and ends as the one that was not', { timeout: 6 * HOURS }, async () => {
  const before = await desk.everything()
  const { runId, last } = await ride(desk.boot.paths, await begin(), [])
  const end = await endOf(runId)
  expect(end).toMatchObject({ outcome: 'done', everything: before, endedTwice: [] })

  const failures = await sweep({
    paths: desk.boot.paths,
    begin,
    listed: listPoints(last.seen),
    end,
    endOf,
    only: new RegExp(FLUX_OPS_KILL_ONLY),
    relay: Number(FLUX_OPS_KILL_RELAY) || undefined,
  })

  expect(failures).toEqual([])
})
