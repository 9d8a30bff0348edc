// What a Secret remembers is true of the very state of it that was read.
import { expect, test } from 'vitest'
import type { ClusterKeys } from '../../../../src/actions/keys/cluster-keys.ts'
import { recordBackup } from '../../../../src/actions/keys/record.ts'
import { conflict, FakeKube } from '../fakes.ts'
import { newKey } from './sealed.ts'

const ours = await newKey()
const AT = '2026-11-21T03:12:00Z'

const secret = (name: string, entries: ClusterKeys['entries']): ClusterKeys => ({
  id: `flux-system/${name}`,
  usedBy: [],
  entries,
  pgp: [],
  problems: [],
  object: { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'flux-system', resourceVersion: `${name}-7` } },
})

const withKey = (name: string): ClusterKeys => secret(name, [{ name: 'age.agekey', imported: true, identities: [ours] }])

test('is written only to the state that was read, by a manager that owns no key', async () => {
  const kube = new FakeKube()

  const recorded = await recordBackup({ kube } as never, [withKey('one')], AT)

  expect(recorded).toEqual({ ids: ['flux-system/one'], problems: [] })
  expect(kube.patches).toMatchObject([
    {
      body: { metadata: { annotations: { 'flux-ops.dev/age-backup-at': AT }, resourceVersion: 'one-7' } },
      options: { fieldManager: 'flux-ops-record', metadataOnly: true },
    },
  ])
})

test('is not written where somebody changed the Secret meanwhile, and the others remember it all the same', async () => {
  const kube = new FakeKube()
  kube.onPatch = ({ name }) => {
    if (name.name === 'one') throw conflict()
  }

  const recorded = await recordBackup({ kube } as never, [withKey('one'), withKey('two')], AT)

  expect(recorded).toEqual({ ids: ['flux-system/two'], problems: ['changed meanwhile'] })
})

test('is not written to a Secret of which nothing was backed up', async () => {
  const kube = new FakeKube()

  const recorded = await recordBackup(
    { kube } as never,
    [secret('pgp', []), secret('empty', [{ name: 'a.agekey', imported: true, identities: [] }])],
    AT,
  )

  expect(recorded.ids).toEqual([])
  expect(kube.patches).toEqual([])
})
