import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { dependsOn, diagnosed, not, object, suspended } from './objects.ts'

const source = object('GitRepository', 'flux-system/home-ops')
const from = { sourceRef: { kind: 'GitRepository', name: 'home-ops' } }
const kustomization = (name: string, spec: object = {}) => object('Kustomization', `flux-system/${name}`, { ...from, ...spec })
const waits = (name: string, ...on: string[]) =>
  not(kustomization(name, dependsOn(...on)), 'DependencyNotReady', `dependency 'flux-system/${on[0]}' is not ready`)
const broken = (name: string) => not(kustomization(name), 'BuildFailed', 'kustomize build failed: accumulating resources')

describe('causes and symptoms', () => {
  test('where everything is ready there is none', () => {
    expect(diagnosed([source, kustomization('apps')])).toMatchObject({ objects: 2, notReady: 0, causes: [], moving: [] })
  })

  test('a chain that waits is folded under its end', () => {
    const chain = Array.from({ length: 200 }, (_, at) => waits(`k${at + 1}`, `k${at}`))

    const { causes } = diagnosed([source, broken('k0'), ...chain])

    expect(causes).toHaveLength(1)
    expect(causes[0]).toMatchObject({ object: 'Kustomization flux-system/k0', state: 'build-failed' })
    expect(causes[0]?.blocks).toHaveLength(200)
  })

  test('what waits for two causes is told under both, and the one that blocks more comes first', () => {
    const { causes } = diagnosed([source, broken('a'), broken('b'), waits('c', 'a', 'b'), waits('d', 'b')])

    expect(causes.map(({ object: name, blocks }) => [name, blocks.length])).toEqual([
      ['Kustomization flux-system/b', 2],
      ['Kustomization flux-system/a', 1],
    ])
  })

  test('a circle is one cause, with what waits for it', () => {
    const { causes } = diagnosed([source, waits('a', 'c'), waits('b', 'a'), waits('c', 'b'), waits('d', 'a')])

    expect(causes).toHaveLength(1)
    expect(causes[0]).toMatchObject({ state: 'dependency-cycle', blocks: ['Kustomization flux-system/d'] })
    expect([causes[0]?.object, ...(causes[0]?.also ?? [])].sort()).toEqual(
      ['a', 'b', 'c'].map((name) => `Kustomization flux-system/${name}`),
    )
  })

  test('a dependency that is not there is the cause, at the one that names it', () => {
    const missing = not(kustomization('a', dependsOn('gone')), 'DependencyNotReady', "dependency 'flux-system/gone' not found")

    const { causes } = diagnosed([source, missing, waits('b', 'a')])

    expect(causes).toMatchObject([
      { object: 'Kustomization flux-system/a', state: 'dependency-missing', blocks: ['Kustomization flux-system/b'] },
    ])
  })

  test('a dependency that is well by now is no cause: it is asked again by itself', () => {
    expect(diagnosed([source, kustomization('a'), waits('b', 'a')])).toMatchObject({
      causes: [],
      moving: [{ object: 'Kustomization flux-system/b' }],
    })
  })

  test('one that a person suspended before it was ready is the cause of what waits for it', () => {
    const { causes } = diagnosed([source, suspended(broken('a')), waits('b', 'a')])

    expect(causes).toMatchObject([{ object: 'Kustomization flux-system/a', state: 'suspended-blocker' }])
  })

  test('what is suspended is told with who, why, and how many wait for it, and the forgotten comes first', () => {
    const notes = {
      'flux-ops.dev/suspended-by': 'you@laptop',
      'flux-ops.dev/suspended-reason': 'disk',
      'flux-ops.dev/suspended-at': '2026-11-22T00:51:00Z',
    }
    const noted = (of: KubeObject, annotations: Record<string, string>) => ({ ...of, metadata: { ...of.metadata, annotations } })
    const blocker = noted(suspended(broken('a')), notes)
    const old = noted(suspended(kustomization('z')), { 'flux-ops.dev/suspended-at': '2026-10-01T00:00:00Z' })

    const { suspended: told } = diagnosed([source, blocker, old, waits('b', 'a'), waits('c', 'b')])

    expect(told).toMatchObject([
      { object: 'Kustomization flux-system/z', forgotten: true, reason: null, waiting: 0 },
      {
        object: 'Kustomization flux-system/a',
        forgotten: false,
        by: 'you@laptop',
        reason: 'disk',
        since: '2026-11-22T00:51:00Z',
        waiting: 2,
      },
    ])
  })

  test('one that a person suspended and nobody waits for is no cause', () => {
    expect(diagnosed([source, suspended(broken('a'))])).toMatchObject({
      causes: [],
      suspended: [{ object: 'Kustomization flux-system/a' }],
    })
  })

  test('a source that fails is the cause of what has nothing to apply, and not of what fails by itself', () => {
    const failing = not(
      source,
      'GitOperationFailed',
      'failed to checkout and determine revision: unable to list remote: connection refused',
    )
    const empty = not(kustomization('empty'), 'ArtifactFailed', 'Source is not ready, artifact not found, retrying in 30s')

    const { causes } = diagnosed([failing, empty, broken('own')])

    expect(causes.map(({ object: name, state }) => [name, state])).toEqual([
      ['GitRepository flux-system/home-ops', 'git-unreachable'],
      ['Kustomization flux-system/own', 'build-failed'],
    ])
  })

  test('a state that is not known is called so, with what its controller says', () => {
    const { causes } = diagnosed([source, not(kustomization('a'), 'SomethingNew', 'nobody has seen this')])

    expect(causes).toMatchObject([
      { state: 'unknown', certainty: 'unknown', evidence: [{ what: 'Ready=False SomethingNew', text: 'nobody has seen this' }] },
    ])
  })
})
