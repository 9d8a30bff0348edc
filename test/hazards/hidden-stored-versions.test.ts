// The tools that should show what is stored do not: `flux check` prints the last of status.storedVersions, and `flux migrate` sees only CRDs that have
// the label of Flux. Its --dry-run is for files: on a cluster it writes.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HazardDesk, hazardDesk, TO } from './desk.ts'

const CRD = 'ocirepositories.source.toolkit.fluxcd.io'
const stored = (): Promise<string> => desk.kubectl('get', 'crd', CRD, '-o', 'jsonpath={.status.storedVersions}')
let desk: HazardDesk

beforeAll(async () => {
  desk = await hazardDesk()
  await desk.kubectl('label', 'crd', CRD, 'app.kubernetes.io/part-of-')
})
afterAll(async () => desk?.release())

test('are planned for, with the objects and both lists', async () => {
  const before = await desk.world()

  const said = await desk.plan()

  expect(said.code, said.text).toBe(0)
  expect(said.text).toMatch(/OCIRepository: \d+ objects stored as v1beta2 → v1, storedVersions \[v1beta2, v1\] → \[v1\]/)
  expect(await desk.world()).toEqual(before)
})

test('are not shown by flux check, which says that all is well', async () => {
  await desk.kubectl('label', 'crd', CRD, 'app.kubernetes.io/part-of=flux')

  const said = await desk.fluxInClone('check')

  await desk.kubectl('label', 'crd', CRD, 'app.kubernetes.io/part-of-')
  expect(await stored()).toBe('["v1beta2","v1"]')
  expect(said).toContain(`${CRD}/v1\n`)
  expect(said).not.toContain('v1beta2')
  expect(said).toContain('all checks passed')
})

test('are left as they are by flux migrate, and the new CRD is refused afterwards', async () => {
  await desk.run('flux', 'migrate')
  const file = join(desk.paths.tmp, 'crds.yaml')
  await writeFile(file, await desk.run('flux', 'install', '--export', `--version=v${TO}`))

  const said = await desk.refused('apply', '--server-side', '--force-conflicts', '--dry-run=server', '--filename', file)

  expect(await stored()).toBe('["v1beta2","v1"]')
  expect(said).toContain(`"${CRD}" is invalid: status.storedVersions[0]: Invalid value: "v1beta2": missing from spec.versions`)
})

test('are rewritten by flux migrate --dry-run without a word of it', async () => {
  await desk.kubectl('label', 'crd', CRD, 'app.kubernetes.io/part-of=flux')
  expect(await stored()).toBe('["v1beta2","v1"]')

  const said = await desk.fluxInClone('migrate', '--dry-run')

  expect(said).toContain('custom resources migrated successfully')
  expect(said).not.toMatch(/dry.?run/i)
  expect(await stored()).toBe('["v1"]')
})
