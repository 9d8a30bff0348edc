// A HelmRelease that has used up its retries: helm-controller will not try again, and says so in a condition that no list shows.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { edited, type HazardDesk, hazardDesk } from './desk.ts'

const FILE = 'cluster/apps/default/hello/app/helmrelease.yaml'
const STALLED = 'jsonpath={.status.conditions[?(@.type=="Stalled")].reason}'
let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk()
  // The API server refuses the Service, so every upgrade of the chart fails, and every rollback works.
  await desk.pushed({ [FILE]: edited('    replicas: 1\n', '    replicas: 1\n    service:\n      port: 70000\n') })
  const stalled = () => desk.kubectl('-n', 'default', 'get', 'helmrelease', 'hello', '-o', STALLED)
  await waitUntil('the HelmRelease to stall', async () => (await stalled()) === 'RetriesExceeded', { withinMs: 300_000 })
})
afterAll(async () => desk?.release())

test('is named before the upgrade, with the object and the reason why it is not tried again', async () => {
  const before = await desk.world()

  const said = await desk.plan()

  expect(said.code, said.text).toBe(0)
  expect(said.text).toMatch(/⚠ objects-ready/)
  expect(said.text).toMatch(
    /HelmRelease default\/hello +failed, and not tried again: RetriesExceeded: Failed to upgrade after 4 attempt\(s\)/,
  )
  expect(await desk.world()).toEqual(before)
})

test('is shown by nothing that people look at: a rollback that succeeded, and checks that pass', async () => {
  const lists = [await desk.kubectl('get', 'helmreleases', '-A'), await desk.fluxInClone('get', 'helmreleases', '-A')]

  for (const list of lists) {
    expect(list).toMatch(/hello\s.*Helm rollback to previous release default\/hello\.v\d+ with chart hello@1\.0\.0 succeeded/)
    expect(list).not.toMatch(/stalled|retries/i)
  }
  expect(await desk.fluxInClone('check')).toContain('all checks passed')
})
