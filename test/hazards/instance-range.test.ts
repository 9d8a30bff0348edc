// A FluxInstance with a range: the operator upgrades Flux by itself as soon as it knows a newer release, asks nobody, and migrates nothing before.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { edited, expectRefused, FROM, type HazardDesk, hazardDesk } from './desk.ts'

const FILE = 'clusters/prod/flux-system/flux-instance.yaml'
const RANGE = { [FILE]: edited(`version: "${FROM}"`, 'version: "2.x"') }
let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk('operator')
})
afterAll(async () => desk?.release())

test('is named in the pull request, with file and line', async () => {
  const before = await desk.world()

  const said = await desk.planOfRequest(RANGE)

  expectRefused(said, 'pins-found')
  expect(said.text).toMatch(new RegExp(`${FILE}:\\d+ .*2\\.x`))
  expect(await desk.world()).toEqual(before)
})

test('in the plain way is upgraded at once, into what is stored in versions that are gone', async () => {
  await desk.pushed(RANGE)

  const message = 'jsonpath={.status.conditions[?(@.type=="Ready")].message}'
  const read = () => desk.kubectl('-n', 'flux-system', 'get', 'fluxinstance', 'flux', '-o', message)
  await waitUntil('the operator to be refused', async () => (await read()).includes('missing from spec.versions'), { withinMs: 300_000 })
})
