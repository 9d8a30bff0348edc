// Objects that were stored in a version that the target drops: an apply of its CRDs is refused half-way.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HazardDesk, hazardDesk, TO } from '../desk.ts'

const CRD = 'ocirepositories.source.toolkit.fluxcd.io'
let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk()
})
afterAll(async () => desk?.release())

test('is planned for: the objects are rewritten before the new CRDs can come', async () => {
  const before = await desk.world()

  const said = await desk.plan()

  expect(said.code).toBe(0)
  expect(said.text).toMatch(/OCIRepository: \d+ objects stored as v1beta2 → v1, storedVersions \[v1beta2, v1\] → \[v1\]/)
  expect(said.text.indexOf(' migrate-storage ')).toBeLessThan(said.text.indexOf(' push '))
  expect(await desk.world()).toEqual(before)
})

test('is refused in the plain way: kubectl apply of the CRDs ends with an error, the other CRDs being new already', async () => {
  const file = join(desk.paths.tmp, 'crds.yaml')
  await writeFile(file, await desk.run('flux', 'install', '--export', `--version=v${TO}`))

  const said = await desk.refused('apply', '--server-side', '--force-conflicts', '--dry-run=server', '--filename', file)

  expect(said).toContain(`"${CRD}" is invalid: status.storedVersions[0]: Invalid value: "v1beta2": missing from spec.versions`)
})
