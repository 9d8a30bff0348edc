import { describe, expect, it } from 'vitest'
import { migrateStorage, migrationNeeds, readMigrationNeeds } from '../../../src/actions/storage-migration.ts'
import { installedCrd } from '../../../src/flux/installed.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { conflict, crdObject, FakeKube, fakeContext } from './fakes.ts'

const GROUP = 'source.toolkit.fluxcd.io'
const crd = (stored: string[]) =>
  crdObject('ocirepositories', GROUP, 'OCIRepository', { versions: ['v1', 'v1beta2'], storage: 'v1', stored })

const repository = (name: string, managedAt = 'v1'): KubeObject => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'OCIRepository',
  metadata: {
    name,
    namespace: 'flux-system',
    resourceVersion: '7',
    managedFields: [
      { manager: 'kustomize-controller', operation: 'Apply', apiVersion: `${GROUP}/${managedAt}`, fieldsV1: { 'f:spec': {} } },
    ],
  },
})

const cluster = (stored: string[], ...objects: KubeObject[]): FakeKube => {
  const kube = new FakeKube()
  kube.put('customresourcedefinitions', crd(stored))
  for (const object of objects) kube.put('ocirepositories', object)
  return kube
}

describe('storage migration', () => {
  it('needs nothing when every object is stored and managed at the storage version', () => {
    const installed = installedCrd(crd(['v1']))

    const needs = migrationNeeds(installed ? [installed] : [], [repository('a')])

    expect(needs).toEqual([])
  })

  it('does not fail on a CRD that stores nothing yet', async () => {
    const ctx = fakeContext({ kube: cluster([]) })

    const needs = await readMigrationNeeds(ctx)

    expect(needs).toEqual([])
  })

  it('does not trim what it cannot see: a kind that is not served lists as empty', async () => {
    const kube = cluster(['v1beta2', 'v1'])
    kube.unserved.add('ocirepositories')

    await expect(migrateStorage(fakeContext({ kube }))).rejects.toMatchObject({ code: 'storage-version-not-served' })

    expect(kube.replaced).toEqual([])
  })

  it('rewrites every object before it trims the stored versions', async () => {
    const kube = cluster(['v1beta2', 'v1'], repository('a'), repository('b'))
    const trimmedAfter: number[] = []
    kube.onReplace = () => trimmedAfter.push(kube.patches.length)

    const result = await migrateStorage(fakeContext({ kube }))

    expect(result).toEqual({ objects: 2, crds: [`ocirepositories.${GROUP}`] })
    expect(trimmedAfter).toEqual([2])
    expect(kube.replaced[0]?.status.storedVersions).toEqual(['v1'])
    expect(kube.patches.every((patch) => patch.type === 'merge' && JSON.stringify(patch.body) === '{}')).toBe(true)
  })

  it('trims nothing when one object could not be rewritten', async () => {
    const kube = cluster(['v1beta2', 'v1'], repository('a'), repository('b'))
    kube.onPatch = ({ name }) => {
      if (name.name === 'b') throw new Error('the API server is gone')
    }

    const run = migrateStorage(fakeContext({ kube }))

    await expect(run).rejects.toThrow('gone')
    expect(kube.replaced).toEqual([])
  })

  it('rewrites only objects with stale managedFields when nothing old is stored', async () => {
    const kube = cluster(['v1'], repository('new'), repository('old', 'v1beta2'))

    const result = await migrateStorage(fakeContext({ kube }))

    expect(result).toEqual({ objects: 1, crds: [] })
    expect(kube.patches.map((patch) => patch.name.name)).toEqual(['old'])
    expect(JSON.stringify(kube.patches[0]?.body)).toContain(`"apiVersion":"${GROUP}/v1"`)
  })

  it('reads an object again when somebody else wrote it in between', async () => {
    const kube = cluster(['v1'], repository('old', 'v1beta2'))
    let raced = false
    kube.onPatch = () => {
      if (raced) return
      raced = true
      kube.put('ocirepositories', {
        ...repository('old', 'v1beta2'),
        metadata: { ...repository('old', 'v1beta2').metadata, resourceVersion: '8' },
      })
      throw conflict()
    }

    await migrateStorage(fakeContext({ kube }))

    expect(JSON.stringify(kube.patches[0]?.body)).toContain('"value":"8"')
  })

  it('passes over an object that was deleted meanwhile', async () => {
    const kube = cluster(['v1beta2', 'v1'], repository('gone'))
    kube.onPatch = () => {
      kube.objects.delete('ocirepositories flux-system/gone')
      throw conflict()
    }

    const result = await migrateStorage(fakeContext({ kube }))

    expect(result.crds).toEqual([`ocirepositories.${GROUP}`])
  })

  it('refuses to trim when the storage version changed under its hands', async () => {
    const kube = cluster(['v1beta2', 'v1'], repository('a'))
    kube.onPatch = () => {
      kube.put(
        'customresourcedefinitions',
        crdObject('ocirepositories', GROUP, 'OCIRepository', { versions: ['v1', 'v2'], storage: 'v2', stored: ['v1', 'v2'] }),
      )
    }

    const run = migrateStorage(fakeContext({ kube }))

    await expect(run).rejects.toMatchObject({ code: 'storage-version-moved' })
  })
})
