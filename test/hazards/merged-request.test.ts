// The request is merged and nothing happens. The cluster fetches the repository; what carries the version on from there stands still.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { edited, expectRefused, FROM, type HazardDesk, hazardDesk, TO } from './desk.ts'

const CARRIER = ['-n', 'flux-system', 'get', 'kustomization', 'cluster', '-o']
const MERGED = { 'cluster/flux/config/flux.yaml': edited(`tag: v${FROM}`, `tag: v${TO}`) }
let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk()
})
afterAll(async () => desk?.release())

/** A push that the cluster has fetched, and that others than the carrier have applied. */
async function expectNothingToHappen(): Promise<void> {
  const { images } = await desk.world()

  await desk.pushed(MERGED)

  const head = (await desk.git('rev-parse', 'HEAD')).trim()
  const applied = ['-n', 'flux-system', 'get', 'kustomization', 'cluster-apps', '-o', 'jsonpath={.status.lastAppliedRevision}']
  await waitUntil('the commit to be applied elsewhere', async () => (await desk.kubectl(...applied)).endsWith(head), { withinMs: 120_000 })
  const tag = await desk.kubectl('-n', 'flux-system', 'get', 'ocirepository', 'flux-manifests', '-o', 'jsonpath={.spec.ref.tag}')
  expect(tag).toBe(`v${FROM}`)
  expect((await desk.world()).images).toEqual(images)
  expect(await desk.fluxInClone('check')).toContain('all checks passed')
}

describe('with the Kustomization suspended that applies the pin', () => {
  beforeAll(async () => {
    await desk.run('flux', '-n', 'flux-system', 'suspend', 'kustomization', 'cluster')
  })

  test('it is named before anything is written', async () => {
    const before = await desk.world()

    const said = await desk.plan()

    expectRefused(said, 'sync-not-suspended', 'Kustomization flux-system/cluster')
    expect(await desk.world()).toEqual(before)
  })

  test('in the plain way a push brings nothing, and flux check is content', async () => {
    await expectNothingToHappen()
  })
})

describe('with a wrong path in the Kustomization that applies the pin', () => {
  beforeAll(async () => {
    await desk.reset()
    await desk.pushed({ 'cluster/flux/config/cluster.yaml': edited('path: ./cluster/flux', 'path: ./clusters/flux') })
    const ready = 'jsonpath={.status.conditions[?(@.type=="Ready")].message}'
    const failed = async (): Promise<boolean> => (await desk.kubectl(...CARRIER, ready)).includes('kustomization path not found')
    await waitUntil('the Kustomization to fail', failed, { withinMs: 120_000 })
  })

  test('it is named before anything is written, with what it says and the pin that would not arrive', async () => {
    const before = await desk.world()

    const said = await desk.plan()

    expectRefused(said, 'repository-applied')
    expect(said.text).toMatch(
      /Kustomization flux-system\/cluster +is failed: ArtifactFailed: kustomization path not found: .*clusters\/flux/,
    )
    expectRefused(said, 'pins-found')
    expect(said.text).toMatch(/cluster\/flux\/config\/flux\.yaml:\d+ +v2\.7\.3 stands in no folder that this cluster applies/)
    expect(await desk.world()).toEqual(before)
  })

  test('in the plain way a push brings nothing, and flux check is content', async () => {
    await expectNothingToHappen()
  })
})
