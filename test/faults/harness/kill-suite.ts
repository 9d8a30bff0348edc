// kill -9 at every moment of an upgrade and of a rollback, then `runs resume`: the end is that of the run that was not killed.
// All points are met in seven runs, each killed and taken up again at every seventh point. FLUX_OPS_KILL_RELAY: another number of runs;
// 0: each point in a run of its own (about an hour for each style). FLUX_OPS_KILL_ONLY: a pattern for the names of the points.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Style } from '../../helpers/shared-sandbox.ts'
import { type Fixture, fixture, TO } from '../../runbooks/fixture.ts'
import { endState } from './end-state.ts'
import { listPoints } from './points.ts'
import { reference } from './reference.ts'
import { ride } from './ride.ts'
import { sweep } from './sweep.ts'

const HOURS = 3_600_000
const UPGRADE = ['upgrade', '--to', TO, '--yes']
const { FLUX_OPS_KILL_ONLY = '', FLUX_OPS_KILL_RELAY = '7' } = process.env
const which = { only: new RegExp(FLUX_OPS_KILL_ONLY), relay: Number(FLUX_OPS_KILL_RELAY) || undefined }

export const killSuite = (style: Style): void => {
  let sandbox: Fixture
  beforeAll(async () => {
    sandbox = await fixture(style)
  })
  afterAll(async () => sandbox?.remove())

  test('an upgrade that is killed anywhere and taken up ends as the one that was not', { timeout: 6 * HOURS }, async () => {
    await sandbox.reset()
    const { end, seen } = await reference(sandbox, 'upgrade', UPGRADE)
    const begin = async (): Promise<readonly string[]> => {
      await sandbox.reset()
      return UPGRADE
    }

    const failures = await sweep({
      paths: sandbox.paths,
      endOf: (runId) => endState(sandbox, runId, runId),
      begin,
      listed: listPoints(seen),
      end,
      ...which,
    })

    expect(failures).toEqual([])
  })

  test('a push that comes through only after the run was taken up is one push', async () => {
    await sandbox.reset()
    const { end, fresh } = await reference(sandbox, 'upgrade', UPGRADE)
    if (fresh) await sandbox.reset()
    await sandbox.faults({ push: 'slow', pushDelayMs: 8000 })

    const { runId } = await ride(sandbox.paths, UPGRADE, [{ where: 'middle', step: 'push', what: 'git push' }])

    expect(await endState(sandbox, runId)).toEqual(end)
  })

  test('so does a rollback', { timeout: 6 * HOURS }, async () => {
    await sandbox.reset()
    const { runId } = await ride(sandbox.paths, UPGRADE, [])
    await sandbox.keep('upgraded')
    const args = ['rollback', runId, '--yes']
    const { end, seen } = await reference(sandbox, `rollback-of-${runId}`, args)
    const begin = async (): Promise<readonly string[]> => {
      await sandbox.reset('upgraded')
      return args
    }

    const failures = await sweep({
      paths: sandbox.paths,
      endOf: (runId) => endState(sandbox, runId, runId),
      begin,
      listed: listPoints(seen, 1),
      end,
      ...which,
    })

    expect(failures).toEqual([])
  })
}
