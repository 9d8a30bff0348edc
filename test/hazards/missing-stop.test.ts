// 2.6 with the image CRDs to 2.9 in one go: 2.6 stores v1beta2 and can store nothing newer, 2.9 has only v1. There is nothing to migrate to.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runBuilt } from '../helpers/built-program.ts'
import { type Fixture, fixture, TO } from '../runbooks/fixture.ts'
import { addImageObjects, OLD } from '../runbooks/upgrade/chain-sandbox.ts'

const CRD = 'imagepolicies.image.toolkit.fluxcd.io'
let sandbox: Fixture

beforeAll(async () => {
  sandbox = await fixture('pin', OLD)
  await addImageObjects(sandbox)
})
afterAll(async () => sandbox?.remove())

test('is planned with a stop between, and with the kind that needs it', async () => {
  const before = [await sandbox.storedVersions(), await sandbox.git('ls-remote', 'origin')]

  const said = await runBuilt(sandbox.paths, ['upgrade', 'plan', '--to', TO], { state: join(sandbox.paths.dir, 'evidence', 'hazards') })

  expect(said.code, said.text).toBe(0)
  expect(said.text).toMatch(/2\.6\.3 → 2\.7\.\d+ → 2\.9\.2/)
  expect(said.text).toMatch(/ImagePolicy.*v1beta2/)
  expect([await sandbox.storedVersions(), await sandbox.git('ls-remote', 'origin')]).toEqual(before)
})

test('in the plain way is refused by the API server, however often flux migrate is run', async () => {
  await sandbox.run('flux', 'migrate')
  const file = join(sandbox.paths.tmp, 'crds.yaml')
  const extra = '--components-extra=image-reflector-controller,image-automation-controller'
  await writeFile(file, await sandbox.run('flux', 'install', '--export', `--version=v${TO}`, extra))

  const apply = sandbox.run('kubectl', 'apply', '--server-side', '--force-conflicts', '--dry-run=server', '--filename', file)

  await expect(apply).rejects.toThrow(`"${CRD}" is invalid: status.storedVersions[0]: Invalid value: "v1beta2": missing from spec.versions`)
})
