// kill -9 at every moment of a bootstrap. Taken up, the run ends as the one that was not killed: one commit, one key, everything Ready; and before the push
// nothing of Flux is in the cluster.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../src/adapters/clock.ts'
import { createRunStore } from '../../src/adapters/run-store.ts'
import { replay } from '../../src/engine/replay.ts'
import { BootstrapDesk } from '../runbooks/bootstrap/desk.ts'
import { stateHome } from './harness/cli.ts'
import { listPoints } from './harness/points.ts'
import { ride } from './harness/ride.ts'
import { sweep } from './harness/sweep.ts'

const HOURS = 3_600_000
const { FLUX_OPS_KILL_ONLY = '', FLUX_OPS_KILL_RELAY = '7' } = process.env

let desk: BootstrapDesk
let out: string

beforeAll(async () => {
  desk = await BootstrapDesk.open()
})
afterAll(() => desk?.close())

async function begin(): Promise<readonly string[]> {
  await desk.reset()
  await rm(join(stateHome(desk.paths), 'flux-ops', 'clones'), { recursive: true, force: true })
  out = await mkdtemp(join(desk.work, 'backup-'))
  const token = join(desk.work, 'token')
  await writeFile(token, `${desk.password}\n`, { mode: 0o600 })
  const shares = { of: 3, needed: 2 }
  const file = await desk.file({
    git: { auth: { token: { file: token, username: 'sandbox' } } },
    sops: { key: { generate: 'x25519' }, backup: { shares, out } },
  })
  return ['bootstrap', '--file', file, '--yes']
}

interface Manifest {
  readonly keys: readonly { readonly recipient: string }[]
}

async function endOf(runId: string): Promise<Record<string, unknown>> {
  const root = `${stateHome(desk.paths)}/flux-ops/runs`
  const store = createRunStore({ root, clock: systemClock, redactor: { clean: (text) => text }, pid: process.pid })
  const stored = await store.read(runId)
  const state = replay(stored.lines, stored.tornBytes)
  const ends = stored.lines.flatMap(({ event }) => (event.type === 'step.finished' ? [event.id] : []))
  const key = await desk.kubectl('-n', 'flux-system', 'get', 'secret', 'sops-age', '-o', 'jsonpath={.data.age\\.agekey}')
  const recipients = [
    ...Buffer.from(key, 'base64')
      .toString()
      .matchAll(/public key: (age1\S+)/g),
  ].map((match) => match[1])
  const backups = await readdir(out)
  const manifests = await Promise.all(
    backups.filter((name) => name.endsWith('.json')).map(async (name) => JSON.parse(await readFile(join(out, name), 'utf8')) as Manifest),
  )
  await desk.tellKeys()
  return {
    outcome: state.outcome ?? state.phase,
    endedTwice: state.steps.map(({ id }) => id).filter((id) => ends.filter((each) => each === id).length !== 1),
    keys: recipients.length,
    backedUp: manifests.map(({ keys }) => keys.map(({ recipient }) => recipient === recipients[0])),
    backups: backups.length,
    commits: await desk.log(),
    ready: await desk.kubectl('-n', 'flux-system', 'get', 'kustomization', 'flux-system', '-o', 'jsonpath={.status.conditions[0].status}'),
    leaseHolder: await desk.kubectl('-n', 'kube-system', 'get', 'lease', 'flux-ops', '-o', 'jsonpath={.spec.holderIdentity}'),
  }
}

test('a bootstrap that is killed anywhere is taken up, and ends as the one that was not', { timeout: 6 * HOURS }, async () => {
  const { runId, last } = await ride(desk.paths, await begin(), [])
  const end = await endOf(runId)
  expect(end).toMatchObject({ outcome: 'done', keys: 1, backedUp: [[true]], backups: 4, ready: 'True', endedTwice: [] })

  const failures = await sweep({
    paths: desk.paths,
    begin,
    listed: listPoints(last.seen),
    end,
    endOf,
    only: new RegExp(FLUX_OPS_KILL_ONLY),
    relay: Number(FLUX_OPS_KILL_RELAY) || undefined,
  })

  expect(failures).toEqual([])
})
