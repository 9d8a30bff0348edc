// An object whose managedFields name a version that is gone, though it is stored in the new one: who looks at status.storedVersions sees nothing.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HazardDesk, hazardDesk, TO } from './desk.ts'

const CRD = 'helmrepositories.source.toolkit.fluxcd.io'
const CHARTS = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'HelmRepository',
  metadata: { name: 'home-charts', namespace: 'flux-system' },
  spec: { interval: '31m' },
}
let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk()
})
afterAll(async () => desk?.release())

test('is planned for, with the kind and the version', async () => {
  const before = await desk.world()

  const said = await desk.plan()

  expect(said.code).toBe(0)
  expect(said.text).toContain('HelmRepository: 1 object managed at v1beta2 → v1')
  expect(await desk.world()).toEqual(before)
})

test('in the plain way, with a look at storedVersions only, cannot be applied any more once the CRD is new', async () => {
  expect(await desk.kubectl('get', 'crd', CRD, '-o', 'jsonpath={.status.storedVersions}')).toBe('["v1"]')
  const manifests = (await desk.run('flux', 'install', '--export', `--version=v${TO}`)).split(/^---$/m)
  const crd = join(desk.paths.tmp, 'crd.yaml')
  await writeFile(crd, manifests.find((each) => each.includes(`name: ${CRD}`)) ?? '')
  const manifest = join(desk.paths.tmp, 'charts.json')
  await writeFile(manifest, JSON.stringify(CHARTS))
  await desk.kubectl('apply', '--server-side', '--force-conflicts', '--filename', crd)

  const said = await desk.refused('apply', '--server-side', '--field-manager=someone', '--force-conflicts', '--filename', manifest)

  expect(said).toContain('request to convert CR to an invalid group/version: source.toolkit.fluxcd.io/v1beta2')
})
