import { describe, expect, it } from 'vitest'
import { readCrds, readObjects } from '../../../src/actions/cluster-survey.ts'
import { isStorageMigrated, readMigrationNeeds } from '../../../src/actions/storage-migration.ts'
import type { KubeReader } from '../../../src/ports/kube.ts'
import { crdObject, FakeKube, fakeContext } from './fakes.ts'

/** The API server answers 404 for a version that it does not serve: as a list that is empty. */
const unservedStorage = (): FakeKube => {
  const kube = new FakeKube()
  const options = { versions: ['v1beta2', 'v1'], storage: 'v1', stored: ['v1'] }
  const crd = crdObject('kustomizations', 'kustomize.toolkit.fluxcd.io', 'Kustomization', options)
  for (const version of crd.spec.versions) version.served = version.name !== 'v1'
  kube.put('customresourcedefinitions', crd)
  return kube
}

const refusal = { code: 'storage-version-not-served', message: expect.stringContaining('kustomizations.kustomize.toolkit.fluxcd.io') }

describe('objects whose storage version is not served', () => {
  it('are not taken for none', async () => {
    const kube = unservedStorage() as unknown as KubeReader
    const { crds } = await readCrds(kube)

    await expect(readObjects(kube, crds)).rejects.toMatchObject(refusal)
  })

  it('are not taken for migrated', async () => {
    const ctx = fakeContext({ kube: unservedStorage() })

    await expect(isStorageMigrated(ctx)).rejects.toMatchObject(refusal)
    await expect(readMigrationNeeds(ctx)).rejects.toMatchObject(refusal)
  })
})
