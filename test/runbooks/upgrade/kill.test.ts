// A sample of the kill points, all in one run: killed, taken up, killed again. Every point on its own: npm run test:faults.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endState } from '../../faults/harness/end-state.ts'
import { type KillPoint, listPoints } from '../../faults/harness/points.ts'
import { type Reference, reference } from '../../faults/harness/reference.ts'
import { ride } from '../../faults/harness/ride.ts'
import { type Fixture, fixture, TO } from '../fixture.ts'

const UPGRADE = ['upgrade', '--to', TO, '--yes']

const at = (where: 'after' | 'before' | 'torn', event: string): KillPoint => ({ where, event })
const middle = (step: string, call: number | string): KillPoint => ({
  where: 'middle',
  step,
  ...(typeof call === 'number' ? { call } : { what: call }),
})

/** In the order of the run. A step whose effect came through although we died is found done: only its end comes again. */
const POINTS: readonly KillPoint[] = [
  at('after', 'plan.made'),
  at('torn', 'plan.accepted'),
  at('after', 'step.started backup'),
  middle('backup', 'write crds.json'),
  middle('migrate-storage', 2),
  middle('pin', 1),
  middle('commit', 'git commit'),
  at('after', 'step.started push'),
  middle('push', 'git push'),
  at('before', 'step.finished push'),
  middle('apply', 'kubectl apply'),
  middle('reconcile', 3),
  at('torn', 'step.finished verify'),
  at('before', 'run.finished'),
]

describe.each(['pin', 'bootstrap'] as const)('an upgrade in style %s', (style) => {
  let sandbox: Fixture
  let unkilled: Reference
  beforeAll(async () => {
    sandbox = await fixture(style)
    const made = await reference(sandbox, 'upgrade', UPGRADE)
    unkilled = made
    if (made.fresh) await sandbox.reset()
  })
  afterAll(async () => sandbox?.remove())

  test('that is killed again and again ends as the one that was not', async () => {
    const { runId, seconds } = await ride(sandbox.paths, UPGRADE, POINTS)

    const { name } = listPoints(unkilled.seen)
    const names = POINTS.map((point, index) => `  ${index + 1} ${name(point)}`)
    console.log(`style ${style}: killed at ${POINTS.length} points, ${seconds.at(-1)} s in all\n${names.join('\n')}`)
    expect(await endState(sandbox, runId)).toEqual(unkilled.end)
    expect(unkilled.end).toMatchObject({ commits: 1, pushes: 1, workTree: '', outcome: 'done', endedTwice: [], leaseHolder: '' })
    expect(unkilled.end.objects.filter((line) => !line.endsWith(': ready, reconciled for this run'))).toEqual([])
  })
})
