// kill -9 at every moment of a rotation of an age key, and in the rewriting of every file. After each kill every sealed file, in the clone, on the branch
// and at what Flux applies, is whole and opens with a key that is in the cluster and in a backup; taken up, the run ends as the one that was not killed.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../src/adapters/clock.ts'
import { createRunStore } from '../../src/adapters/run-store.ts'
import { replay } from '../../src/engine/replay.ts'
import { RotationDesk } from '../runbooks/age-rotate/desk.ts'
import { stateHome } from './harness/cli.ts'
import { listPoints } from './harness/points.ts'
import { ride } from './harness/ride.ts'
import { sweep } from './harness/sweep.ts'

const HOURS = 3_600_000
/** More than a step writes: each file is a point. */
const EVERY = 100
const { FLUX_OPS_KILL_ONLY = '', FLUX_OPS_KILL_RELAY = '7' } = process.env

let desk: RotationDesk

beforeAll(async () => {
  desk = await RotationDesk.open('pin')
})
afterAll(() => desk?.close())

const lines = (text: string): string[] => text.split('\n').filter(Boolean)

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
  const keys = await desk.inCluster()
  const [next] = keys
  const { tree, remote } = await desk.recipients()
  const backups = (await desk.backedUp()).map(({ recipient }) => recipient)
  const named = (recipient: string): string => (recipient === next?.recipient ? 'new' : recipient === desk.old ? 'old' : 'other')
  const of = (files: Readonly<Record<string, readonly string[]>>) =>
    Object.entries(files).map(([path, recipients]) => `${path} ${recipients.map(named).join(' ')}`)
  const texts = await desk.clearTexts(keys)
  return {
    outcome: state.outcome ?? state.phase,
    endedTwice: state.steps.map(({ id }) => id).filter((id) => ends.filter((each) => each === id).length !== 1),
    keys: keys.map(({ recipient }) => named(recipient ?? '')),
    backup: [...new Set(backups.map((recipient) => named(recipient ?? '')))].sort(),
    tree: of(tree),
    remote: of(remote),
    // The file that holds the key itself is another one each time.
    clear: Object.entries(texts).filter(([path]) => !path.includes('age-key')),
    losses: await desk.losses(),
    commits: lines(await sandbox.git('log', '--format=%s', `--grep=^Flux-Ops-Run: ${runId}$`, 'origin/main')),
    workTree: await sandbox.git('status', '--porcelain'),
    inStep: (await sandbox.git('rev-parse', 'HEAD')) === (await sandbox.git('rev-parse', 'origin/main')),
    ready: await desk.ready(),
    leaseHolder: await desk.kubectl('-n', 'flux-system', 'get', 'lease', 'flux-ops', '-o', 'jsonpath={.spec.holderIdentity}'),
  }
}

async function begin(): Promise<readonly string[]> {
  await desk.fresh()
  return ['age', 'rotate', '--to', await desk.recoveryRecipient(), '--identity', desk.recovery, '--out', desk.out, '--yes']
}

test('a rotation that is killed anywhere loses nothing, and taken up it ends as the one that was not', { timeout: 6 * HOURS }, async () => {
  const { runId, last } = await ride(desk.sandbox.paths, await begin(), [])
  const end = await endOf(runId)
  expect(end).toMatchObject({ outcome: 'done', keys: ['new'], backup: ['new', 'old'], losses: [], workTree: '', inStep: true })
  const look = async (): Promise<void> => {
    const lost = await desk.losses()
    if (lost.length > 0) throw new Error(`after the kill:\n${lost.join('\n')}`)
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
