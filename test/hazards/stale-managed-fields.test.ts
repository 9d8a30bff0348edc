// An object whose managedFields name a version that is gone: what is stored was rewritten by hand, who manages it was not.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HazardDesk, hazardDesk, TO } from './desk.ts'

const CRD = 'ocirepositories.source.toolkit.fluxcd.io'
let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk()
  await desk.reset()
})
afterAll(async () => desk?.release())

test('is planned for, with the kind and the version', async () => {
  const before = await desk.world()

  const said = await desk.plan()

  expect(said.code).toBe(0)
  expect(said.text).toMatch(/stale-managed-fields .*OCIRepository/)
  expect(await desk.world()).toEqual(before)
})

test('in the plain way, with objects replaced and storedVersions trimmed by hand, cannot be applied any more', async () => {
  const file = join(desk.paths.tmp, 'objects.json')
  await writeFile(file, await desk.kubectl('get', CRD, '-A', '-o', 'json'))
  await desk.kubectl('-n', 'flux-system', 'scale', 'deployment', '--all', '--replicas=0')
  await desk.kubectl('replace', '--filename', file)
  await desk.kubectl('patch', 'crd', CRD, '--subresource', 'status', '--type', 'merge', '--patch', '{"status":{"storedVersions":["v1"]}}')
  const crds = join(desk.paths.tmp, 'crds.yaml')
  await writeFile(crds, await desk.run('flux', 'install', '--export', `--version=v${TO}`))
  await desk.kubectl('apply', '--server-side', '--force-conflicts', '--filename', crds)
  const manifest = join(desk.paths.tmp, 'dashboards.yaml')
  const spec = { interval: '31m', url: 'oci://127.0.0.1:1/x' }
  await writeFile(
    manifest,
    JSON.stringify({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'OCIRepository',
      metadata: { name: 'dashboards', namespace: 'flux-system' },
      spec,
    }),
  )

  const said = await desk.refused(
    'apply',
    '--server-side',
    '--force-conflicts',
    '--field-manager=kustomize-controller',
    '--filename',
    manifest,
  )

  expect(said).toContain('request to convert CR to an invalid group/version: source.toolkit.fluxcd.io/v1beta2')
})
