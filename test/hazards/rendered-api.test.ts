// A removed API version that stands in no manifest: a patch brings it in, so that `flux migrate -f` and a search through the files find nothing.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { expectRefused, type HazardDesk, hazardDesk } from './desk.ts'

const FOLDER = 'cluster/apps/storage/volumes/app'
const KUSTOMIZATION = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ./provisioner.yaml
  - ./charts.yaml
patches:
  - target: {kind: HelmRepository}
    patch: |
      - op: replace
        path: /apiVersion
        value: source.toolkit.fluxcd.io/v1beta2
`
const CHARTS = `apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: storage}
spec: {type: oci, interval: 1h, url: "oci://charts.invalid/charts"}
`
let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk()
  await desk.applied({ [`${FOLDER}/kustomization.yaml`]: () => KUSTOMIZATION, [`${FOLDER}/charts.yaml`]: () => CHARTS })
})
afterAll(async () => desk?.release())

test('is named before anything is written, with the Kustomization, the object and both versions', async () => {
  const before = await desk.world()

  const said = await desk.plan()

  expectRefused(said, 'no-rendered-removed-api', '1 object in what Flux renders')
  expect(said.text).toMatch(
    /Kustomization flux-system\/cluster-apps-volumes +HelmRepository storage\/charts source\.toolkit\.fluxcd\.io\/v1beta2 → /,
  )
  expect(await desk.world()).toEqual(before)
})

test('is found by nobody in the plain way: the API server does not know it any more', async () => {
  expect(await desk.fluxInClone('migrate', '-f', FOLDER, '--dry-run')).not.toContain('HelmRepository')
  await desk.plainUpgrade()

  const message = 'jsonpath={.status.conditions[?(@.type=="Ready")].message}'
  const read = () => desk.kubectl('-n', 'flux-system', 'get', 'kustomization', 'cluster-apps-volumes', '-o', message)
  await waitUntil('the Kustomization to fail', async () => (await read()).includes('no matches for kind'), { withinMs: 300_000 })
  expect(await read()).toContain('source.toolkit.fluxcd.io/v1beta2')
})
