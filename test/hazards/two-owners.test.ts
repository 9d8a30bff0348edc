// Somebody else owns a field of a controller as well: what is taken out of git stays in the cluster.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { edited, type HazardDesk, hazardDesk } from './desk.ts'

const FILE = 'cluster/flux/config/flux.yaml'
const PATCH = `    - patch: |
        - op: add
          path: /spec/minReadySeconds
          value: 3
      target:
        kind: Deployment
        name: helm-controller
`
const SPEC = ['-n', 'flux-system', 'get', 'deployment', 'helm-controller', '-o', 'jsonpath={.spec.minReadySeconds}']
const THEIRS = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'helm-controller', namespace: 'flux-system' },
  spec: { minReadySeconds: 3 },
}
let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk()
  await desk.applied({ [FILE]: (text) => `${text}${PATCH}` })
  await waitUntil('the patch to be applied', async () => (await desk.kubectl(...SPEC)) === '3', { withinMs: 300_000 })
  const file = join(desk.paths.tmp, 'theirs.json')
  await writeFile(file, JSON.stringify(THEIRS))
  await desk.kubectl('apply', '--server-side', '--field-manager=somebody', '--filename', file)
})
afterAll(async () => desk?.release())

test('is a warning of the plan, with the object and the other owner', async () => {
  const before = await desk.world()

  const said = await desk.plan()

  expect(said.text).toMatch(/⚠ one-applier-each/)
  expect(said.text).toMatch(/Deployment flux-system\/helm-controller +is also owned by somebody: what git takes out there stays/)
  expect(await desk.world()).toEqual(before)
})

test('in the plain way keeps what git has given up, although Flux has applied the commit', async () => {
  const generation = ['-n', 'flux-system', 'get', 'kustomization', 'flux', '-o']
  const was = await desk.kubectl(...generation, 'jsonpath={.status.observedGeneration}')

  await desk.pushed({ [FILE]: edited(PATCH, '') })

  const applied = async (): Promise<boolean> => {
    const said = await desk.kubectl(...generation, 'jsonpath={.status.observedGeneration} {.status.conditions[?(@.type=="Ready")].status}')
    return said !== `${was} True` && said.endsWith(' True')
  }
  await waitUntil('Flux to have applied itself without the patch', applied, { withinMs: 300_000 })
  expect(await desk.kubectl('-n', 'flux-system', 'get', 'kustomization', 'flux', '-o', 'yaml')).not.toContain('minReadySeconds')
  expect(await desk.kubectl(...SPEC)).toBe('3')
})
