// Objects that are made anew: held, let go as they were, and told of in the generations of the new cluster.
import { describe, expect, test } from 'vitest'
import { bare } from '../../../../src/flux/installation/bare.ts'
import { differences } from '../../../../src/flux/installation/differences.ts'
import { held, letGoBody, revivedStatus } from '../../../../src/flux/installation/revive.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'

const kustomization = (spec: Record<string, unknown>, more: object = {}): KubeObject => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'apps', namespace: 'flux-system', generation: 4 },
  spec,
  ...more,
})

describe('an object that is held', () => {
  test('is suspended and says by which run, and is let go as it was', () => {
    const made = held(kustomization({ path: './' }), 'run-1')

    expect(made.spec).toEqual({ path: './', suspend: true })
    expect(made.metadata.annotations).toEqual({ 'flux-ops.dev/held-by': 'run-1' })
    expect(letGoBody(kustomization({ path: './' }))).toEqual({
      metadata: { annotations: { 'flux-ops.dev/held-by': null } },
      spec: { suspend: null },
    })
    expect(letGoBody(kustomization({ suspend: false }))).toMatchObject({ spec: { suspend: false } })
  })

  test('is not ours where a person had suspended it, nor where its kind cannot be', () => {
    const theirs = kustomization({ suspend: true })
    const alert = { ...kustomization({}), apiVersion: 'notification.toolkit.fluxcd.io/v1beta3', kind: 'Provider' }

    expect(held(theirs, 'run-1')).toBe(theirs)
    expect(held(alert, 'run-1').metadata.annotations?.['flux-ops.dev/held-by']).toBe(held(alert, 'run-1') === alert ? undefined : 'run-1')
  })
})

test('a status speaks of the new generation where it spoke of the last one, and of none where it was behind', () => {
  const status = {
    observedGeneration: 4,
    conditions: [
      { type: 'Ready', observedGeneration: 4 },
      { type: 'Healthy', observedGeneration: 3 },
    ],
    inventory: 'kept',
  }

  expect(revivedStatus(kustomization({}, { status }), 1)).toEqual({
    observedGeneration: 1,
    conditions: [
      { type: 'Ready', observedGeneration: 1 },
      { type: 'Healthy', observedGeneration: 0 },
    ],
    inventory: 'kept',
  })
})

describe('an object as it is made anew', () => {
  test('has no addresses of the other cluster', () => {
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's' },
      spec: { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ports: [] },
      status: {},
    }

    expect(bare(service)).toEqual({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [] } })
  })

  test('of a claim, has no volume of the other cluster', () => {
    const claim: KubeObject = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c', annotations: { 'pv.kubernetes.io/bind-completed': 'yes', mine: 'kept' } },
      spec: { volumeName: 'pv-1', storageClassName: 'fast' },
    }

    expect(bare(claim)).toMatchObject({ metadata: { annotations: { mine: 'kept' } }, spec: { storageClassName: 'fast' } })
    expect(bare(claim).spec).not.toHaveProperty('volumeName')
  })
})

test('differences name the first field, and suspend: false is none', () => {
  const expected = [
    kustomization({ path: './a', suspend: false }),
    { ...kustomization({ list: [1, 2] }), metadata: { name: 'b', namespace: 'flux-system' } },
  ] as never

  expect(
    differences(expected, [
      kustomization({ path: './a' }),
      { ...kustomization({ list: [1, 3] }), metadata: { name: 'b', namespace: 'flux-system' } },
    ]),
  ).toEqual({
    same: ['Kustomization flux-system/apps'],
    missing: [],
    other: ['Kustomization flux-system/b: spec.list[1]'],
  })
  expect(differences(expected, []).missing).toHaveLength(2)
})
