import { describe, expect, it } from 'vitest'
import { migrateStorage } from '../../../src/actions/storage-migration/migrate.ts'
import { isStorageMigrated, migrationNeeds, readMigrationNeeds } from '../../../src/actions/storage-migration.ts'
import { OpsError } from '../../../src/errors.ts'
import { installedCrd } from '../../../src/flux/installed.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { conflict, crdObject, FakeKube, fakeContext } from './fakes.ts'

const GROUP = 'source.toolkit.fluxcd.io'
const NAME = `ocirepositories.${GROUP}`
const RECORD = '/runs/one/storage-migration/1.json'
const STATE = { uid: 'crd-1', generation: 7 }

const crd = (stored: string[]): KubeObject => {
  const object = crdObject('ocirepositories', GROUP, 'OCIRepository', { versions: ['v1', 'v1beta2'], storage: 'v1', stored })
  return { ...object, metadata: { ...object.metadata, ...STATE } }
}

const recorded = (ids: string[], state: object = {}) =>
  new Map([[RECORD, JSON.stringify({ crd: NAME, ...STATE, to: 'v1', ids, ...state })]])

const refusedBy = (why: string): OpsError =>
  new OpsError({ code: 'kube-invalid', message: `patch OCIRepository flux-system/b: refused by the API server: ${why}` })

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

    expect(JSON.stringify(kube.patches[0]?.body)).toContain('"resourceVersion":"8"')
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

  it('writes nothing of the next page before the last one is recorded', async () => {
    const kube = cluster(['v1beta2', 'v1'], repository('a'), repository('b'), repository('c'))
    kube.pageSize = 1
    const files = new Map<string, string>()
    const recordsAt: number[] = []
    kube.onPatch = () => recordsAt.push(files.size)

    await migrateStorage(fakeContext({ kube, files }))

    expect(recordsAt).toEqual([0, 1, 2])
    expect([...files.values()].map((text) => JSON.parse(text).ids)).toEqual([['flux-system/a'], ['flux-system/b']])
  })

  it('does not write again what a killed run had written', async () => {
    const kube = cluster(['v1beta2', 'v1'], repository('a'), repository('b'), repository('c'))
    kube.pageSize = 1
    const ctx = fakeContext({ kube })
    kube.onPatch = ({ name }) => {
      if (name.name === 'c') throw new Error('killed')
    }
    await migrateStorage(ctx).catch(() => undefined)
    kube.onPatch = () => undefined

    const result = await migrateStorage(ctx)

    expect(result).toEqual({ objects: 1, crds: [NAME] })
    expect(kube.patches.map((patch) => patch.name.name)).toEqual(['a', 'b', 'c'])
  })

  it('writes an object that was recorded all the same when an old client has left its mark in it since', async () => {
    const kube = cluster(['v1beta2', 'v1'], repository('a', 'v1beta2'), repository('b'))
    const files = recorded(['flux-system/a', 'flux-system/b'])

    await migrateStorage(fakeContext({ kube, files }))

    expect(kube.patches.map((patch) => patch.name.name)).toEqual(['a'])
  })

  it.each([
    ['is another one of that name', { uid: 'another' }],
    ['was changed since', { generation: 6 }],
    ['stored another version then', { to: 'v1beta2' }],
  ])('believes no record when the CRD %s', async (_what, entry) => {
    const kube = cluster(['v1beta2', 'v1'], repository('a'), repository('b'))
    const files = recorded(['flux-system/a', 'flux-system/b'], entry)

    const result = await migrateStorage(fakeContext({ kube, files }))

    expect(result.objects).toBe(2)
  })

  it.each(['', '{', 'null', '{"ids":["flux-system/a"]}'])('takes a record that reads %j for none', async (text) => {
    const kube = cluster(['v1beta2', 'v1'], repository('a'))

    const result = await migrateStorage(fakeContext({ kube, files: new Map([[RECORD, text]]) }))

    expect(result.objects).toBe(1)
  })

  it('counts on no order of the pages', async () => {
    const kube = cluster(['v1beta2', 'v1'], repository('a'), repository('b'), repository('c'))
    kube.order = (one, other) => (one > other ? -1 : 1)
    kube.pageSize = 1
    const ctx = fakeContext({ kube })
    kube.onPatch = ({ name }) => {
      if (name.name === 'b') throw new Error('killed')
    }
    await migrateStorage(ctx).catch(() => undefined)
    kube.onPatch = () => undefined
    kube.order = (one, other) => (one < other ? -1 : 1)

    await migrateStorage(ctx)

    expect(kube.patches.map((patch) => patch.name.name)).toEqual(['c', 'a', 'b'])
  })

  it('goes on with the others when the API server refuses one, names it with the reason, and trims all CRDs but its own', async () => {
    const kube = cluster(['v1beta2', 'v1'], repository('a'), repository('b'), repository('c'))
    kube.put('buckets', { ...repository('d'), kind: 'Bucket' })
    kube.put(
      'customresourcedefinitions',
      crdObject('buckets', GROUP, 'Bucket', { versions: ['v1', 'v1beta2'], storage: 'v1', stored: ['v1beta2', 'v1'] }),
    )
    kube.onPatch = ({ name }) => {
      if (name.name === 'b') throw refusedBy('admission webhook "policy" denied the request: no')
    }

    const run = migrateStorage(fakeContext({ kube }))

    await expect(run).rejects.toMatchObject({
      code: 'storage-objects-refused',
      message: `1 object could not be rewritten, all others were; status.storedVersions of ${NAME} stays as it is
  patch OCIRepository flux-system/b: refused by the API server: admission webhook "policy" denied the request: no`,
    })
    expect(kube.patches.map((patch) => patch.name.name)).toEqual(['a', 'c', 'd'])
    expect(kube.replaced.map((crd) => crd.metadata.name)).toEqual([`buckets.${GROUP}`])
  })

  it('stops at an API server that turns us away to the end: that is no refusal of an object', async () => {
    const kube = cluster(['v1beta2', 'v1'], repository('a'), repository('b'))
    kube.onPatch = () => {
      throw new OpsError({ code: 'kube-busy', message: 'too many requests' })
    }

    const run = migrateStorage(fakeContext({ kube }))

    await expect(run).rejects.toMatchObject({ code: 'kube-busy' })
    expect(kube.replaced).toEqual([])
  })

  it('tries what was refused again in the next run, and only that', async () => {
    const kube = cluster(['v1beta2', 'v1'], repository('a'), repository('b'), repository('c'))
    const ctx = fakeContext({ kube })
    kube.onPatch = ({ name }) => {
      if (name.name === 'b') throw refusedBy('no')
    }
    await migrateStorage(ctx).catch(() => undefined)
    kube.onPatch = () => undefined

    const result = await migrateStorage(ctx)

    expect(result).toEqual({ objects: 1, crds: [NAME] })
    expect(kube.patches.map((patch) => patch.name.name)).toEqual(['a', 'c', 'b'])
  })

  it('stops asking when too many are refused: the reason is not in the objects', async () => {
    const kube = cluster(['v1beta2', 'v1'], ...Array.from({ length: 300 }, (_, index) => repository(`r${String(index).padStart(3, '0')}`)))
    kube.pageSize = 100
    let asked = 0
    kube.onPatch = () => {
      asked += 1
      throw refusedBy('user may not patch')
    }

    const run = migrateStorage(fakeContext({ kube }))

    await expect(run).rejects.toThrow(
      /^50 objects could not be rewritten, after so many the rest was not tried; .*\n(.*\n){10} {2}and 40 more$/,
    )
    expect(asked).toBe(50)
  })

  it('begins a CRD again that was changed meanwhile and stores the same version: it may have stored another in between', async () => {
    const kube = cluster(['v1beta2', 'v1'], repository('a'))
    let changed = false
    kube.onPatch = () => {
      if (changed) return
      changed = true
      kube.put('customresourcedefinitions', { ...crd(['v1beta2', 'v1']), metadata: { ...crd([]).metadata, generation: 8 } })
    }

    const result = await migrateStorage(fakeContext({ kube }))

    expect(result).toEqual({ objects: 2, crds: [NAME] })
  })

  it('refuses to trim a CRD that is changed again and again', async () => {
    const kube = cluster(['v1beta2', 'v1'], repository('a'))
    let generation = 7
    kube.onPatch = () => {
      generation += 1
      kube.put('customresourcedefinitions', { ...crd(['v1beta2', 'v1']), metadata: { ...crd([]).metadata, generation } })
    }

    const run = migrateStorage(fakeContext({ kube }))

    await expect(run).rejects.toMatchObject({ code: 'storage-version-moved' })
    expect(kube.replaced).toEqual([])
  })

  it('refuses to trim a CRD that was deleted and made anew', async () => {
    const kube = cluster(['v1beta2', 'v1'], repository('a'))
    kube.onPatch = () =>
      kube.put('customresourcedefinitions', { ...crd(['v1beta2', 'v1']), metadata: { ...crd([]).metadata, uid: 'another' } })

    const run = migrateStorage(fakeContext({ kube }))

    await expect(run).rejects.toThrow('deleted and made anew')
    expect(kube.replaced).toEqual([])
  })

  it('says how far it is, of how many', async () => {
    const kube = cluster(['v1beta2', 'v1'], repository('a'), repository('b'), repository('c'))
    kube.pageSize = 2
    const ctx = fakeContext({ kube })

    await migrateStorage(ctx)

    expect(ctx.seen).toEqual(['OCIRepository objects to be stored as v1: 2 of 3', 'OCIRepository objects to be stored as v1: 3 of 3'])
  })

  it('has nothing left to do only when no version is left over and no managedFields entry is stale', async () => {
    const done = (stored: string[], managedAt: string) =>
      isStorageMigrated(fakeContext({ kube: cluster(stored, repository('a', managedAt)) }))

    expect(await done(['v1'], 'v1')).toBe(true)
    expect(await done(['v1beta2', 'v1'], 'v1')).toBe(false)
    expect(await done(['v1'], 'v1beta2')).toBe(false)
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
