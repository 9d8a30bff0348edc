// Of a Secret of the cluster only its keys get into a rehearsal.
import { expect, test } from 'vitest'
import { OpsError } from '../../../src/errors.ts'
import type { KubeReader } from '../../../src/ports/kube.ts'
import { shapeOf, standIn, valueFiles } from '../../../src/rehearsal/secret-shapes.ts'
import { flux } from './objects.ts'

const forged = { ageKey: 'AGE-SECRET-KEY-FRESH', files: new Set<string>(), values: {} }
const readerOf = (get: KubeReader['get']): KubeReader => ({ get }) as KubeReader

test('no value is kept where a Secret is read', async () => {
  const kube = readerOf(async () => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'key', namespace: 'flux-system' },
    type: 'Opaque',
    data: { password: btoa('hunter2hunter2') },
  }))

  const shape = await shapeOf(kube, { namespace: 'flux-system', name: 'key' })

  expect(shape).toEqual({ namespace: 'flux-system', name: 'key', type: 'Opaque', keys: ['password'] })
})

test('the keys of a Secret that may not be read are unknown', async () => {
  const kube = readerOf(() => Promise.reject(new OpsError({ code: 'kube-forbidden', message: 'no', hints: ['ask'] })))

  expect((await shapeOf(kube, { namespace: 'a', name: 'b' })).keys).toBeUndefined()
})

test('a stand-in has the same keys, an age identity of its own, and no PGP key', () => {
  const shape = { namespace: 'flux-system', name: 'sops', type: 'Opaque', keys: ['age.agekey', 'old.asc', 'token'] }

  expect(standIn(shape, forged).stringData).toEqual({ 'age.agekey': 'AGE-SECRET-KEY-FRESH', token: 'stand-in' })
})

test('what the sandbox needs for its own git server is put over what is made up', () => {
  const shape = { namespace: 'flux-system', name: 'key', type: 'Opaque', keys: ['username', 'identity'] }
  const values = { 'flux-system/key': { username: 'sandbox', password: 'of-the-sandbox' } }

  expect(standIn(shape, { ...forged, values }).stringData).toEqual({
    username: 'sandbox',
    identity: 'stand-in',
    password: 'of-the-sandbox',
  })
})

test('a file of Helm values is a map', () => {
  const release = flux('HelmRelease', 'a', {
    valuesFrom: [
      { kind: 'Secret', name: 'x', valuesKey: 'all' },
      { kind: 'Secret', name: 'x', valuesKey: 'one', targetPath: 'a.b' },
    ],
  })
  const files = valueFiles([release])

  expect(standIn({ namespace: 'a', name: 'x', type: 'Opaque', keys: ['all', 'one'] }, { ...forged, files }).stringData).toEqual({
    all: '{}',
    one: 'stand-in',
  })
})
