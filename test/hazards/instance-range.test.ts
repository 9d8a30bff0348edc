// A FluxInstance with a range: the operator upgrades Flux by itself as soon as it knows a newer release, and asks nobody. What is in git it does
// not look at.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { OPERATOR_VERSION, publishDistribution } from '../../src/sandbox/services/registry/operator-artifacts.ts'
import { edited, expectRefused, FROM, type HazardDesk, hazardDesk, TO } from './desk.ts'

const FILE = 'clusters/prod/flux-system/flux-instance.yaml'
const RANGE = { [FILE]: edited(`version: "${FROM}"`, 'version: "2.x"') }
/** The distribution whose newest release is the one that the sandbox has the controllers of. */
const DISTRIBUTION = 'v0.55.0'
let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk('operator')
  await desk.within((ctx) => publishDistribution(ctx, DISTRIBUTION, TO))
  await desk.applied({ [FILE]: edited(`:v${OPERATOR_VERSION}`, `:${DISTRIBUTION}`) })
})
afterAll(async () => desk?.release())

test('is named in the pull request, with file, line and what it would do', async () => {
  const before = await desk.world()

  const said = await desk.planOfRequest(RANGE)

  expectRefused(said, 'target-known')
  expect(said.text).toMatch(new RegExp(`${FILE}:\\d+ 2\\.x is a range: the operator goes to the newest release in it by itself`))
  expect(await desk.world()).toEqual(before)
})

test('in the plain way is upgraded at once, and then the sync itself fails over what git has in versions that are gone', async () => {
  await desk.pushed(RANGE)

  const attempted = () => desk.kubectl('-n', 'flux-system', 'get', 'fluxinstance', 'flux', '-o', 'jsonpath={.status.lastAttemptedRevision}')
  await waitUntil('the operator to upgrade Flux', async () => (await attempted()).startsWith(`v${TO}@`), { withinMs: 120_000 })
  const message = 'jsonpath={.status.conditions[?(@.type=="Ready")].message}'
  const read = () => desk.kubectl('-n', 'flux-system', 'get', 'kustomization', 'flux-system', '-o', message)
  const gone = 'no matches for kind "OCIRepository" in version "source.toolkit.fluxcd.io/v1beta2"'
  await waitUntil('the sync to fail', async () => (await read()).includes(gone), { withinMs: 240_000 })
  expect((await desk.world()).images.join(' ')).toContain('kustomize-controller:v1.9.3')
})
