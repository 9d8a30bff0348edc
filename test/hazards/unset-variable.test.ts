// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what Flux substitutes
// A variable that nobody sets: nothing until 2.8, the end of the Kustomization from 2.9 on (StrictPostBuildSubstitutions).
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { edited, expectRefused, type HazardDesk, hazardDesk } from './desk.ts'

const FILE = 'cluster/apps/storage/volumes/app/provisioner.yaml'
let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk()
  await desk.applied({ [FILE]: edited('domain: ${SECRET_DOMAIN}', 'domain: ${SECRET_DOMAIN}${NOBODY}') })
})
afterAll(async () => desk?.release())

test('is named before anything is written, with file, line, object and Kustomization', async () => {
  const before = await desk.world()

  const said = await desk.plan()

  expectRefused(said, 'strict-substitution', '1 variable not set', 'NOBODY is not set')
  expect(said.text).toMatch(new RegExp(`${FILE}:\\d+ +\\$\\{NOBODY\\} in ConfigMap storage/volume-provisioner`))
  expect(said.text).toContain('by Kustomization flux-system/cluster-apps-volumes')
  expect(await desk.world()).toEqual(before)
})

test('is found by nobody in the plain way: the new controller no longer applies the Kustomization', async () => {
  await desk.plainUpgrade()

  const message = 'jsonpath={.status.conditions[?(@.type=="Ready")].message}'
  const read = () => desk.kubectl('-n', 'flux-system', 'get', 'kustomization', 'cluster-apps-volumes', '-o', message)
  await waitUntil('the Kustomization to fail', async () => (await read()).includes('variable not set (strict mode)'), { withinMs: 300_000 })
  expect(await read()).toContain('"NOBODY"')
})
