// Which Secret is meant where nobody says it.
import { expect, test } from 'vitest'
import { chooseSecret } from '../../../../runbooks/credentials-rotate/survey.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'

const source = (name: string, secret?: string, namespace = 'flux-system'): KubeObject => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { name, namespace },
  spec: { url: `https://git.example/${name}.git`, ...(secret !== undefined && { secretRef: { name: secret } }) },
})

const kustomization = (name: string, from: string, by?: string): KubeObject => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: {
    name,
    namespace: 'flux-system',
    ...(by !== undefined && { labels: { 'kustomize.toolkit.fluxcd.io/name': by, 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' } }),
  },
  spec: { sourceRef: { kind: 'GitRepository', name: from } },
})

const world = (sources: KubeObject[], kustomizations: KubeObject[] = []) => ({ sources, kustomizations, namespace: 'flux-system' })

test('it is the only one that is read', () => {
  expect(chooseSecret({}, world([source('a', 'key'), source('b', 'key'), source('open')]))).toBe('flux-system/key')
})

test('of several it is the one of the source that the first Kustomization follows', () => {
  const all = world(
    [source('home', 'key'), source('app', 'other')],
    [kustomization('cluster', 'home', 'cluster'), kustomization('app', 'app', 'cluster')],
  )

  expect(chooseSecret({}, all)).toBe('flux-system/key')
})

test('of several that may be meant none is, and they are told', () => {
  const all = world([source('a', 'one'), source('b', 'two')], [kustomization('a', 'a'), kustomization('b', 'b')])

  expect(() => chooseSecret({}, all)).toThrow(
    expect.objectContaining({
      code: 'secret-several',
      hints: expect.arrayContaining(['GitRepository flux-system/a reads flux-system/one']),
    }),
  )
})

test('that of flux bootstrap goes before others that a root follows', () => {
  const all = world(
    [source('flux-system', 'flux-system'), source('b', 'two')],
    [kustomization('flux-system', 'flux-system', 'flux-system'), kustomization('b', 'b')],
  )

  expect(chooseSecret({}, all)).toBe('flux-system/flux-system')
})

test('a named source has its own, and one without a Secret is refused', () => {
  const all = world([source('a', 'one', 'team'), source('b', 'two'), source('open')])

  expect(chooseSecret({ source: 'team/a' }, all)).toBe('team/one')
  expect(() => chooseSecret({ source: 'flux-system/open' }, all)).toThrow(expect.objectContaining({ code: 'source-unknown' }))
  expect(() => chooseSecret({ source: 'flux-system/none' }, all)).toThrow(expect.objectContaining({ code: 'source-unknown' }))
})

test('a named Secret has to be read by somebody', () => {
  const all = world([source('a', 'one')])

  expect(chooseSecret({ secret: 'flux-system/one' }, all)).toBe('flux-system/one')
  expect(() => chooseSecret({ secret: 'flux-system/other' }, all)).toThrow(expect.objectContaining({ code: 'secret-unread' }))
})
