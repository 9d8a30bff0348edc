// Manifests made anew without `--components-extra`, as a workflow that knows nothing of it does: with prune Flux deletes the CRDs that are missing in
// them, and every object of their kinds goes with them.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { expectRefused, FROM, type HazardDesk, hazardDesk, TO } from './desk.ts'

const FOLDER = 'clusters/prod'
const COMPONENTS = `${FOLDER}/flux-system/gotk-components.yaml`
const EXTRA = 'image-reflector-controller,image-automation-controller'
const CRD = 'imagepolicies.image.toolkit.fluxcd.io'
const IMAGES = `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: hello, namespace: flux-system}
spec: {image: registry.home.arpa/hello, interval: 1h}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: hello, namespace: flux-system}
spec:
  imageRepositoryRef: {name: hello}
  policy: {semver: {range: 1.x}}
`
let desk: HazardDesk

const exported = (version: string, ...more: string[]): Promise<string> =>
  desk.run(`flux-${version}`, 'install', '--export', `--version=v${version}`, ...more)
const policies = (): Promise<string> => desk.kubectl('get', CRD, '-A', '-o', 'name')

beforeAll(async () => {
  desk = await hazardDesk('bootstrap')
  const components = await exported(FROM, `--components-extra=${EXTRA}`)
  await desk.applied({ [COMPONENTS]: () => components })
  await desk.applied({ [`${FOLDER}/images.yaml`]: () => IMAGES })
  await desk.kubectl('-n', 'flux-system', 'rollout', 'status', 'deployment', '--timeout=120s')
})
afterAll(async () => desk?.release())

test('does not happen to an upgrade of ours: the components are those that the header of the file names', async () => {
  const before = await desk.world()

  const said = await desk.plan()

  expect(said.code, said.text).toBe(0)
  expect(said.text).not.toMatch(/no-object-pruned|no-crd-pruned/)
  expect(await desk.world()).toEqual(before)
})

test('is named in the pull request, with each CRD and the number of its objects', async () => {
  const before = await desk.world()
  const components = await exported(TO)

  const said = await desk.planOfRequest({ [COMPONENTS]: () => components })

  expectRefused(said, 'no-object-pruned', '2 kinds would be deleted with all objects', '--components-extra=image-reflector-controller')
  expect(said.text).toMatch(new RegExp(`CustomResourceDefinition ${CRD} +would be deleted with 1 object:`))
  expect(await desk.world()).toEqual(before)
})

test('in the plain way, with everything migrated, deletes the CRDs and with them every object, and says so to nobody', async () => {
  expect(await policies()).toContain('/hello')
  await desk.run('flux', 'migrate')
  await desk.fluxInClone('migrate', '-f', FOLDER, '--yes')
  const components = await exported(TO)

  await desk.pushed({ [COMPONENTS]: () => components })

  const gone = async (): Promise<boolean> => (await desk.kubectl('get', 'crd', CRD, '--ignore-not-found', '-o', 'name')) === ''
  await waitUntil('the CRD to be deleted', gone, { withinMs: 300_000 })
  await expect(policies()).rejects.toThrow(/doesn't have a resource type/)
})
