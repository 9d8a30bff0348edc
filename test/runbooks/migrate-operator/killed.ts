// kill -9 at every moment of a move to the Flux Operator. After each kill all of Flux is still there, and taken up, the run ends as the one that was not
// killed: the same objects by their uids, each controller replaced once, one owner each.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../../src/adapters/clock.ts'
import { createRunStore } from '../../../src/adapters/run-store.ts'
import { replay } from '../../../src/engine/replay.ts'
import { stateHome } from '../../faults/harness/cli.ts'
import { listPoints } from '../../faults/harness/points.ts'
import { ride } from '../../faults/harness/ride.ts'
import { sweep } from '../../faults/harness/sweep.ts'
import { MoveDesk, type MovedStyle } from './desk.ts'

const HOURS = 3_600_000
const EVERY = 100
const { FLUX_OPS_KILL_ONLY = '', FLUX_OPS_KILL_RELAY = '7' } = process.env

/** Of a pin these are to go with the old files. */
const LEAVE = new Set(['Kustomization flux-system/flux', 'OCIRepository flux-system/flux-manifests'])

export function killedMoves(style: MovedStyle): void {
  let desk: MoveDesk
  let uids: Record<string, string>
  let revisions: Record<string, number>

  beforeAll(async () => {
    desk = await MoveDesk.open(style)
  })
  afterAll(() => desk?.close())

  /** What was deleted, or deleted and made again. */
  async function lost(): Promise<string[]> {
    const now = await desk.uids()
    return Object.keys(uids).filter((label) => !LEAVE.has(label) && now[label] !== uids[label])
  }

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
    const now = await desk.revisions()
    const log = await sandbox.git('log', '--format=%s', `--grep=^Flux-Ops-Run: ${runId}$`, 'origin/main')
    return {
      outcome: state.outcome ?? state.phase,
      endedTwice: state.steps.map(({ id }) => id).filter((id) => ends.filter((each) => each === id).length !== 1),
      lost: await lost(),
      replaced: Object.keys(revisions).map((name) => `${name} ${(now[name] ?? Number.NaN) - (revisions[name] ?? Number.NaN)}`),
      ownedTwice: await desk.ownedTwice(),
      commits: log.split('\n').filter(Boolean),
      files: (await sandbox.git('ls-tree', '-r', 'origin/main')).split('\n'),
      workTree: await sandbox.git('status', '--porcelain'),
      inStep: (await sandbox.git('rev-parse', 'HEAD')) === (await sandbox.git('rev-parse', 'origin/main')),
      notReady: await desk.notReady(),
      leaseHolder: await desk.kubectl('-n', 'flux-system', 'get', 'lease', 'flux-ops', '-o', 'jsonpath={.spec.holderIdentity}'),
    }
  }

  async function begin(): Promise<readonly string[]> {
    await desk.fresh()
    uids = await desk.uids()
    revisions = await desk.revisions()
    return desk.args
  }

  test('a move that is killed anywhere loses nothing, and taken up it ends as the one that was not', { timeout: 6 * HOURS }, async () => {
    const { runId, last } = await ride(desk.sandbox.paths, await begin(), [])
    const end = await endOf(runId)
    expect(end).toMatchObject({ outcome: 'done', lost: [], ownedTwice: [], workTree: '', inStep: true, notReady: [], endedTwice: [] })
    expect((end.replaced as string[]).every((line) => line.endsWith(' 1'))).toBe(true)
    const look = async (): Promise<void> => {
      const gone = await lost()
      if (gone.length > 0) throw new Error(`after the kill:\n${gone.join('\n')}`)
    }

    const failures = await sweep({
      paths: desk.sandbox.paths,
      begin,
      listed: listPoints(last.seen, EVERY),
      end,
      endOf,
      look,
      only: new RegExp(FLUX_OPS_KILL_ONLY),
      relay: Number(FLUX_OPS_KILL_RELAY) || undefined,
    })

    expect(failures).toEqual([])
  })
}
