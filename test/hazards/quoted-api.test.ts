// A removed API version that stands in a manifest in quotes: `flux migrate -f` rewrites only what has none.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { expectRefused, type HazardDesk, hazardDesk } from './desk.ts'

const FOLDER = 'cluster/apps/storage/volumes/app'
const FILE = `${FOLDER}/charts.yaml`
const KUSTOMIZATION = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ./provisioner.yaml
  - ./charts.yaml
`
const CHARTS = `apiVersion: "source.toolkit.fluxcd.io/v1beta2"
kind: HelmRepository
metadata: {name: charts, namespace: storage}
spec: {type: oci, interval: 1h, url: "oci://charts.invalid/charts"}
`
let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk()
  await desk.applied({ [`${FOLDER}/kustomization.yaml`]: () => KUSTOMIZATION, [FILE]: () => CHARTS })
})
afterAll(async () => desk?.release())

test('is named before anything is written, with file, line and version', async () => {
  const before = await desk.world()

  const said = await desk.plan()

  expectRefused(said, 'removed-api-migratable')
  expect(said.text).toMatch(new RegExp(`${FILE}:1 .*source\\.toolkit\\.fluxcd\\.io/v1beta2`))
  expect(await desk.world()).toEqual(before)
})

test('is left as it is by flux migrate, and the API server does not know it any more', async () => {
  await desk.plainUpgrade()

  expect(await desk.git('show', `HEAD:${FILE}`)).toBe(CHARTS)
  const message = 'jsonpath={.status.conditions[?(@.type=="Ready")].message}'
  const read = () => desk.kubectl('-n', 'flux-system', 'get', 'kustomization', 'cluster-apps-volumes', '-o', message)
  await waitUntil('the Kustomization to fail', async () => (await read()).includes('no matches for kind'), { withinMs: 300_000 })
  expect(await read()).toContain('source.toolkit.fluxcd.io/v1beta2')
})
