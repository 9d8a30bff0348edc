// kill -9 at every moment of a bootstrap with the Flux Operator. Taken up, the run ends as the one that was not killed: one commit, one key, one FluxInstance
// that nobody has written twice, each controller rolled out once; and before the push nothing of Flux is in the cluster.
import { rm, writeFile } from 'node:fs/promises'
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
const NEEDED = 'kustomizations.kustomize.toolkit.fluxcd.io,gitrepositories,ocirepositories,helmreleases,fluxinstances'

let desk: BootstrapDesk

beforeAll(async () => {
  desk = await BootstrapDesk.open()
})
afterAll(() => desk?.close())

async function begin(): Promise<readonly string[]> {
  await desk.reset()
  await rm(join(stateHome(desk.paths), 'flux-ops', 'clones'), { recursive: true, force: true })
  const token = join(desk.work, 'token')
  await writeFile(token, `${desk.password}\n`, { mode: 0o600 })
  const file = await desk.file({
    flux: { style: 'operator', operator: { registry: await desk.operator(), insecureRegistry: true }, settings: { concurrent: 8 } },
    git: { auth: { token: { file: token, username: 'sandbox' } } },
    sops: { key: { generate: 'x25519' }, backup: { shares: { of: 3, needed: 2 }, out: await desk.folder() } },
  })
  return ['bootstrap', '--file', file, '--yes']
}

// biome-ignore lint/suspicious/noExplicitAny: objects of Kubernetes
type Thing = any

const list = async (kinds: string): Promise<Thing[]> =>
  JSON.parse(await desk.kubectl('-n', 'flux-system', 'get', kinds, '-o', 'json')).items as Thing[]

const isReady = ({ status }: Thing): boolean =>
  status?.conditions?.some(({ type, status: is }: Thing) => type === 'Ready' && is === 'True') === true

async function endOf(runId: string): Promise<Record<string, unknown>> {
  const root = `${stateHome(desk.paths)}/flux-ops/runs`
  const store = createRunStore({ root, clock: systemClock, redactor: { clean: (text) => text }, pid: process.pid })
  const stored = await store.read(runId)
  const state = replay(stored.lines, stored.tornBytes)
  const ends = stored.lines.flatMap(({ event }) => (event.type === 'step.finished' ? [event.id] : []))
  const [objects, deployments, secrets] = await Promise.all([list(NEEDED), list('deployments'), list('secrets')])
  const flux = deployments.filter(({ metadata }) => metadata.name !== 'flux-operator')
  return {
    outcome: state.outcome ?? state.phase,
    endedTwice: state.steps.map(({ id }) => id).filter((id) => ends.filter((each) => each === id).length !== 1),
    commits: await desk.log(),
    files: (await desk.run('git', '-C', desk.bare(), 'ls-tree', '-r', '--name-only', 'main')).split('\n'),
    ready: objects.map((object) => `${object.kind} ${object.metadata.name} ${isReady(object)}`).sort(),
    instance: objects.filter(({ kind }) => kind === 'FluxInstance').map(({ metadata }) => metadata.generation),
    rollouts: flux.map(({ metadata }) => `${metadata.name} ${metadata.annotations['deployment.kubernetes.io/revision']}`).sort(),
    secrets: secrets.map(({ metadata }) => metadata.name).sort(),
    leaseHolder: await desk.kubectl('-n', 'kube-system', 'get', 'lease', 'flux-ops', '-o', 'jsonpath={.spec.holderIdentity}'),
  }
}

/** Nothing of Flux is there as long as the branch may still refuse the push. */
async function look(): Promise<void> {
  if ((await desk.log()).length > 0) return
  const there = await desk.kubectl('-n', 'flux-system', 'get', 'deployments', '-o', 'name')
  if (there !== '') throw new Error(`before the push there is ${there}`)
}

test('a bootstrap with the Flux Operator that is killed anywhere ends as the one that was not', { timeout: 6 * HOURS }, async () => {
  const { runId, last } = await ride(desk.paths, await begin(), [])
  const end = await endOf(runId)
  expect(end).toMatchObject({ outcome: 'done', endedTwice: [], instance: [1] })
  expect((end.rollouts as string[]).every((line) => line.endsWith(' 1'))).toBe(true)
  expect((end.ready as string[]).every((line) => line.endsWith(' true'))).toBe(true)

  const failures = await sweep({
    paths: desk.paths,
    begin,
    listed: listPoints(last.seen),
    end,
    endOf,
    look,
    only: new RegExp(FLUX_OPS_KILL_ONLY),
    relay: Number(FLUX_OPS_KILL_RELAY) || undefined,
  })

  expect(failures).toEqual([])
})
