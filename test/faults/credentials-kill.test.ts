// kill -9 at every moment of a rotation of a deploy key, and in the middle of every effect. After each kill the server takes what Flux has; taken up, the run
// ends as the one that was not killed.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../src/adapters/clock.ts'
import { createRunStore } from '../../src/adapters/run-store.ts'
import { replay } from '../../src/engine/replay.ts'
import { CredentialsDesk } from '../runbooks/credentials/desk.ts'
import type { Entries } from '../runbooks/credentials/server.ts'
import { stateHome } from './harness/cli.ts'
import { listPoints, type Seen } from './harness/points.ts'
import { ride } from './harness/ride.ts'
import { sweep } from './harness/sweep.ts'

const HOURS = 3_600_000
const { FLUX_OPS_KILL_ONLY = '', FLUX_OPS_KILL_RELAY = '7' } = process.env

let desk: CredentialsDesk
let before: Entries

beforeAll(async () => {
  desk = await CredentialsDesk.open('ssh')
})
afterAll(() => desk?.close())

/** The same for every way to the same end, whatever the new key is. */
async function endOf(runId: string): Promise<Record<string, unknown>> {
  const { sandbox } = desk
  const store = createRunStore({
    root: `${stateHome(sandbox.paths)}/flux-ops/runs`,
    clock: systemClock,
    redactor: { clean: (text) => text },
    pid: process.pid,
  })
  const stored = await store.read(runId)
  const state = replay(stored.lines, stored.tornBytes)
  const ends = stored.lines.flatMap(({ event }) => (event.type === 'step.finished' ? [event.id] : []))
  const { identity, known_hosts: hosts, ...others } = await desk.secret()
  return {
    outcome: state.outcome ?? state.phase,
    endedTwice: state.steps.map(({ id }) => id).filter((id) => ends.filter((each) => each === id).length !== 1),
    isNew: identity !== before.identity,
    hostsStay: hosts === before.known_hosts,
    entries: Object.keys(others).sort(),
    isLetIn: await desk.isLetIn(),
    oldIsLetIn: await desk.server.takes(before),
    kept: await desk.kept(),
    ready: (await desk.source()).status.conditions.find(({ type }: { type: string }) => type === 'Ready').status,
    workTree: await sandbox.git('status', '--porcelain'),
    leaseHolder: await desk.kubectl('-n', 'flux-system', 'get', 'lease', 'flux-ops', '-o', 'jsonpath={.spec.holderIdentity}'),
  }
}

async function begin(): Promise<readonly string[]> {
  await desk.fresh()
  before = await desk.secret()
  return desk.flags()
}

const nameOf = (each: Seen): string =>
  each.type === 'event' ? each.event : each.type === 'call' ? `${each.step} ${each.call}` : JSON.stringify(each)

/** A run that waits for a person twice is one run to whoever lists its moments: the lease, for one, is taken three times. */
function once(seen: readonly Seen[]): Seen[] {
  const known = new Map(seen.toReversed().map((each) => [nameOf(each), each]))
  return seen.filter((each) => known.delete(nameOf(each)))
}

test('a rotation that is killed anywhere never leaves Flux with what the server refuses, and taken up it ends as the one that was not', {
  timeout: 6 * HOURS,
}, async () => {
  const { runId, seen } = await ride(desk.sandbox.paths, await begin(), [], undefined, desk.person)
  const end = await endOf(runId)
  expect(end).toMatchObject({ outcome: 'done', isNew: true, hostsStay: true, isLetIn: true, oldIsLetIn: false, kept: [], ready: 'True' })
  const look = async (): Promise<void> => {
    if (!(await desk.isLetIn())) throw new Error('the server refuses what Flux has')
  }

  const failures = await sweep({
    paths: desk.sandbox.paths,
    begin,
    listed: listPoints(once(seen)),
    end,
    endOf,
    look,
    person: desk.person,
    only: new RegExp(FLUX_OPS_KILL_ONLY),
    relay: Number(FLUX_OPS_KILL_RELAY) || undefined,
  })

  expect(failures).toEqual([])
})
