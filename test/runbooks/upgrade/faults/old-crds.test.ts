// A cluster that still stores what the target has dropped, and a second cluster that is not the one of a plan.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { down, environment, standardSandbox, standardServices, up, withSandbox } from '../../../../src/sandbox/index.ts'
import { allTools, manifestsDir } from '../../../sandbox/scratch.ts'
import { type FaultDesk, faultDesk, type World } from './desk.ts'
import { seedOldCluster } from './old-cluster.ts'

const OLD = '2.2.3'
let root: string
let desk: FaultDesk
let old: { KUBECONFIG: string; repo: string } & Record<string, string>
let before: World

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'flux-ops-old-'))
  const ref = standardSandbox('old', root)
  const state = await up({ name: 'old', root, flux: 'none', tools: await allTools(), manifestsDir, services: standardServices })
  await withSandbox(ref, (ctx) => seedOldCluster(ctx, OLD))
  old = { ...environment(state), KUBECONFIG: join(state.dir, 'kubeconfig'), repo: join(state.dir, 'repo') }
  desk = await faultDesk('pin')
  before = await desk.world()
})
afterAll(async () => {
  await desk?.release()
  await down('old', { root, delete: true, graceMs: 0 })
  await rm(root, { recursive: true, force: true })
})

const crds = (): Promise<string> =>
  desk.run('kubectl', '--kubeconfig', old.KUBECONFIG, 'get', 'crds', '-o', 'jsonpath={.items[*].metadata.resourceVersion}')

const NOBODY_RUNS = ['controllers-healthy', 'repository-applied', 'source-fetches'].flatMap((id) => ['--waive', `${id}=nobody runs here`])

test('a cluster with stored versions that the target lacks is planned by way of the stops that have them, each with its reason', async () => {
  const was = await crds()

  const said = await desk.fluxOps(['upgrade', 'plan', '--to', '2.9.2', ...NOBODY_RUNS], { env: old, cwd: old.repo })

  expect(said.code).toBe(0)
  expect(said.text).toMatch(/2\.2\.3 → 2\.6\.\d+ → 2\.7\.\d+ → 2\.9\.2/)
  expect(said.text).toMatch(/HelmRelease v2beta2/)
  expect(await crds()).toBe(was)
})

test('the same cluster is refused where only one hop can be made, with the hops that are missing', async () => {
  const was = await crds()

  const waived = [...NOBODY_RUNS, '--waive', 'forge-ready=no forge here']
  const said = await desk.fluxOps(['upgrade', '--to', '2.9.2', '--pr', '--yes', ...waived], { env: old, cwd: old.repo })

  expect(said.text).toMatch(/Flux 2\.9\.2 takes 3 hops \(2\.6\.\d+ → 2\.7\.\d+ → 2\.9\.2\)/)
  expect(said.text).toMatch(/→ flux-ops upgrade --to 2\.6\.\d+ --pr/)
  expect(said.code).toBe(6)
  expect(await crds()).toBe(was)
})

test('a plan of one cluster is not applied to another', async () => {
  const plan = join(desk.paths.tmp, 'plan.json')
  const made = await desk.fluxOps(['upgrade', 'plan', '--to', '2.9.2', '--out', plan])
  const was = await crds()

  const said = await desk.fluxOps(['upgrade', 'apply', plan, '--yes'], { env: old })

  await rm(plan, { force: true })
  expect(made.code).toBe(0)
  expect(said.text).toMatch(/was made for cluster .* \(context sandbox-pin-\d\); this is /)
  expect(said.text).toContain('--context sandbox-pin-')
  expect(said.code).toBe(6)
  expect(await crds()).toBe(was)
  expect(await desk.world()).toEqual(before)
})
