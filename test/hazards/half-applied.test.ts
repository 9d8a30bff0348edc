// The CRDs of the target are there and its controllers are not: an apply that ended half-way, or a chart that brings only one of them.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { expectRefused, type HazardDesk, hazardDesk, TO } from './desk.ts'

let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk()
  await desk.run('flux', 'migrate')
  const manifests = (await desk.run('flux', 'install', '--export', `--version=v${TO}`)).split(/^---$/m)
  const crds = join(desk.paths.tmp, 'crds.yaml')
  await writeFile(crds, manifests.filter((each) => /^kind: CustomResourceDefinition$/m.test(each)).join('---\n'))
  await desk.kubectl('apply', '--server-side', '--force-conflicts', '--filename', crds)
})
afterAll(async () => desk?.release())

test('is a gate before anything is written', async () => {
  const before = await desk.world()

  const said = await desk.plan()

  expectRefused(said, 'crds-and-controllers-agree', 'controllers and CRDs are of different releases')
  expect(await desk.world()).toEqual(before)
})

test('is well for flux check, while what git holds can no longer be applied', async () => {
  await desk.kubectl('-n', 'flux-system', 'annotate', 'kustomization', 'cluster-apps', 'reconcile.fluxcd.io/requestedAt=now', '--overwrite')

  const message = 'jsonpath={.status.conditions[?(@.type=="Ready")].message}'
  const read = () => desk.kubectl('-n', 'flux-system', 'get', 'kustomization', 'cluster-apps', '-o', message)
  await waitUntil('the Kustomization to fail', async () => /no matches for kind|could not find the requested resource/.test(await read()), {
    withinMs: 300_000,
  })
  expect(await desk.fluxInClone('check')).toContain('all checks passed')
})
