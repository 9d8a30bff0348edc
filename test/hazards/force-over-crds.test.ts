// spec.force over the CRDs of Flux: what the API server refuses is deleted and made anew, and every object of the kind goes with it.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { edited, expectRefused, FROM, type HazardDesk, hazardDesk, TO } from './desk.ts'

const FILE = 'cluster/flux/config/flux.yaml'
const CRD = 'ocirepositories.source.toolkit.fluxcd.io'
let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk()
  const force = edited('  path: ./\n  prune: true\n', '  path: ./\n  force: true\n  prune: true\n')
  await desk.applied({ [FILE]: force })
})
afterAll(async () => desk?.release())

test('is a gate before anything is written', async () => {
  const before = await desk.world()

  const said = await desk.plan()

  expectRefused(said, 'no-force-over-crds', 'force is set over CRDs of Flux in 1 place', 'Kustomization flux-system/flux')
  expect(await desk.world()).toEqual(before)
})

test('in the plain way, with the migration forgotten, deletes the CRD and with it every object of its kind', async () => {
  const uid = ['get', 'crd', CRD, '--ignore-not-found', '-o', 'jsonpath={.metadata.uid}{.metadata.deletionTimestamp}']
  const before = await desk.kubectl(...uid)
  const objects = await desk.kubectl('get', CRD, '-A', '-o', 'name')

  await desk.pushed({ [FILE]: edited(`tag: v${FROM}`, `tag: v${TO}`) })

  await waitUntil('the CRD to be deleted', async () => (await desk.kubectl(...uid)) !== before, { withinMs: 300_000 })
  const named = ['get', CRD, '-A', '-o', 'jsonpath={.items[*].metadata.uid}']
  expect(objects).toContain('dashboards')
  await waitUntil('its objects to go', async () => (await desk.kubectl(...named).catch(() => '')) === '', { withinMs: 180_000 })
})
