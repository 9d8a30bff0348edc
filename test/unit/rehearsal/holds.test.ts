// What is held in a rehearsal, and why.
import { expect, test } from 'vitest'
import { holdsOf } from '../../../src/rehearsal/holds.ts'
import { flux } from './objects.ts'

const OWN = 'flux-system/home'

const held = (...objects: Parameters<typeof holdsOf>[0]): Record<string, string> =>
  Object.fromEntries(holdsOf(objects, OWN).map(({ object, why }) => [`${object.kind}/${object.metadata.name}`, why]))

test('nothing is sent: alerts and providers are held', () => {
  expect(held(flux('Provider', 'slack'), flux('Alert', 'all'))).toEqual({
    'Provider/slack': 'nothing is sent out of a rehearsal',
    'Alert/all': 'nothing is sent out of a rehearsal',
  })
})

test('the repository itself is never held, although it has credentials: the sandbox serves it', () => {
  expect(held(flux('GitRepository', 'home', { secretRef: { name: 'key' } }))).toEqual({})
})

test('a source that answers without credentials is reached as the cluster does', () => {
  expect(held(flux('OCIRepository', 'public', { url: 'oci://ghcr.io/x/y' }))).toEqual({})
})

test.each([
  ['a Secret', { secretRef: { name: 'token' } }],
  ['a certificate', { certSecretRef: { name: 'ca' } }],
  ['the identity of a cloud', { provider: 'aws' }],
  ['a service account', { serviceAccountName: 'puller' }],
])('a source that needs %s is held', (_what, spec) => {
  expect(Object.keys(held(flux('HelmRepository', 'private', spec)))).toEqual(['HelmRepository/private'])
})

test('what needs something that is held is held with it, however long the way', () => {
  const source = flux('OCIRepository', 'private', { provider: 'gcp' })
  const first = flux('Kustomization', 'first', { sourceRef: { kind: 'OCIRepository', name: 'private' } })
  const second = flux('Kustomization', 'second', { sourceRef: { kind: 'GitRepository', name: 'home' }, dependsOn: [{ name: 'first' }] })

  expect(held(second, first, source)).toMatchObject({
    'Kustomization/first': 'it needs OCIRepository flux-system/private, which is held',
    'Kustomization/second': 'it needs Kustomization flux-system/first, which is held',
  })
})

test('a release of a chart from a source that is held is held', () => {
  const source = flux('HelmRepository', 'private', { secretRef: { name: 'token' } })
  const release = flux('HelmRelease', 'app', { chart: { spec: { sourceRef: { kind: 'HelmRepository', name: 'private' } } } })

  expect(Object.keys(held(release, source))).toContain('HelmRelease/app')
})

test('what applies to another cluster is held: nothing is written outside the sandbox', () => {
  const remote = flux('Kustomization', 'edge', { kubeConfig: { secretRef: { name: 'edge' } } })

  expect(held(remote)).toEqual({ 'Kustomization/edge': 'it applies to another cluster' })
})

test('what is suspended in the cluster is left to stand as it is', () => {
  expect(held(flux('Provider', 'slack', { suspend: true }))).toEqual({})
})
