// The move to the Flux Operator and back from a kustomize pin with OCI self-management, where more is at stake: the Kustomization that applied Flux goes
// itself, and what it applied and the operator does not make would go with it.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MoveDesk } from '../runbooks/migrate-operator/desk.ts'

let desk: MoveDesk
let uids: Record<string, string>
let revisions: Record<string, number>
let specs: Record<string, unknown>

const LEAVE = ['Kustomization flux-system/flux', 'OCIRepository flux-system/flux-manifests']
const IMAGES = ['imagepolicies', 'imagerepositories', 'imageupdateautomations'].map(
  (name) => `CustomResourceDefinition ${name}.image.toolkit.fluxcd.io`,
)

const others = (now: Readonly<Record<string, string>>): string[] =>
  Object.entries(uids).flatMap(([label, uid]) => (now[label] === uid ? [] : [label]))

const replaced = (now: Readonly<Record<string, number>>): number[] =>
  Object.entries(revisions).map(([name, revision]) => (now[name] ?? Number.NaN) - revision)

const suspended = (): Promise<string> =>
  desk.kubectl('get', 'kustomizations.kustomize.toolkit.fluxcd.io', '-A', '-o', 'jsonpath={.items[*].spec.suspend}')

beforeAll(async () => {
  desk = await MoveDesk.open('pin')
  await desk.fresh()
  uids = await desk.uids()
  revisions = await desk.revisions()
  specs = await desk.podSpecs()
})
afterAll(() => desk?.close())

test('is taken back when its push is rejected: each controller replaced once a way, nothing held, no trace of the operator', async () => {
  await desk.sandbox.faults({ push: 'reject' })
  const stopped = await desk.move()
  expect(stopped.error?.code).toBe('git-rejected')
  expect(await suspended()).toBe('true')
  await desk.sandbox.faults({})

  const back = await desk.again('abandon', stopped.runId)

  expect(back.error?.message).toBeUndefined()
  expect(back.outcome).toBe('abandoned')
  expect(others(await desk.uids())).toEqual([])
  expect(Math.max(...replaced(await desk.revisions()))).toBe(2)
  expect(await desk.podSpecs()).toEqual(specs)
  expect(await suspended()).toBe('')
  expect(await desk.byOperator()).toEqual([])
  expect(await desk.sandbox.git('status', '--porcelain')).toBe('')
  expect(await desk.notReady()).toEqual([])
})

test('comes to its end: what applied Flux is gone, Flux is not, and neither are the CRDs that the operator does not make', async () => {
  revisions = await desk.revisions()

  const done = await desk.move()

  expect(done.error?.message).toBeUndefined()
  expect(done.outcome).toBe('done')
  expect(others(await desk.uids()).sort()).toEqual(LEAVE)
  expect(new Set(replaced(await desk.revisions()))).toEqual(new Set([1]))
  expect(await desk.ownedTwice()).toEqual([])
  expect(await desk.notReady()).toEqual([])
  expect(done.state.facts.takeover?.kept).toEqual(expect.arrayContaining(IMAGES))
  const { differences } = done.state.plan as { differences: { reason: string }[] }
  expect(differences.filter(({ reason }) => reason !== 'operator')).toEqual([])
})

test('leaves no file in git by which Flux applied itself, and every Secret that a new cluster needs', async () => {
  const files = (await desk.sandbox.git('ls-tree', '-r', '--name-only', 'origin/main', 'cluster/bootstrap', 'cluster/flux/config')).trim()

  expect(files.split('\n')).toEqual([
    'cluster/bootstrap/age-key.sops.yaml',
    'cluster/bootstrap/github-deploy-key.sops.yaml',
    'cluster/flux/config/cluster.yaml',
    'cluster/flux/config/flux-instance.yaml',
    'cluster/flux/config/flux-operator.yaml',
    'cluster/flux/config/kustomization.yaml',
  ])
})
