import { describe, expect, it } from 'vitest'
import { givingBack, isOperators, notTakenOver, prunable } from '../../../../src/flux/operator-move/owners.ts'
import type { KubeObject, ObjectMeta } from '../../../../src/ports/kube.ts'

const BY_OPERATOR = { 'fluxcd.controlplane.io/name': 'flux', 'fluxcd.controlplane.io/namespace': 'flux-system' }
const BY_FLUX = { 'kustomize.toolkit.fluxcd.io/name': 'flux-system', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' }
const IGNORED = { 'kustomize.toolkit.fluxcd.io/ssa': 'Ignore', 'kustomize.toolkit.fluxcd.io/prune': 'Disabled' }

const apply = (manager: string, fieldsV1: object = {}) => ({ manager, operation: 'Apply', fieldsV1 })
const object = (metadata: Partial<ObjectMeta>): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'helm-controller', namespace: 'flux-system', resourceVersion: '7', ...metadata },
})

describe('an object of Flux', () => {
  it('is the operator’s alone by its label and its one manager', () => {
    const managedFields = [apply('flux-operator'), { manager: 'kube-controller-manager', operation: 'Update', subresource: 'status' }]

    expect(notTakenOver(object({ labels: BY_OPERATOR, managedFields }))).toBeUndefined()
  })

  it.each([
    ['not applied', { labels: BY_FLUX, managedFields: [apply('kustomize-controller')] }, /has not applied it/],
    ['labelled by both', { labels: { ...BY_OPERATOR, ...BY_FLUX }, managedFields: [apply('flux-operator')] }, /Kustomization flux-system/],
    [
      'managed by both',
      { labels: BY_OPERATOR, managedFields: [apply('flux-operator'), apply('kustomize-controller')] },
      /kustomize-controller own/,
    ],
    ['applied by a person as well', { labels: BY_OPERATOR, managedFields: [apply('flux-operator'), apply('kubectl')] }, /kubectl own/],
    ['labelled, and managed by nobody', { labels: BY_OPERATOR }, /owns no field/],
  ])('is not taken over where it is %s', (_what, metadata, why) => {
    expect(notTakenOver(object(metadata))).toMatch(why)
  })

  it('would be pruned by its Kustomization unless something on it says no', () => {
    const owner = 'flux-system/flux-system'

    expect(prunable(object({ labels: BY_FLUX }), owner)).toMatch(/would delete it/)
    expect(prunable(object({ labels: BY_FLUX }), 'flux-system/other')).toBeUndefined()
    expect(prunable(object({ labels: BY_FLUX, annotations: IGNORED }), owner)).toBeUndefined()
    expect(prunable(object({ labels: BY_OPERATOR }), owner)).toBeUndefined()
  })

  it('is given back under the name of kustomize-controller, with the fields of both', () => {
    const managedFields = [
      apply('flux-operator', { 'f:spec': { 'f:a': {} } }),
      apply('kustomize-controller', { 'f:spec': { 'f:b': {} } }),
      apply('someone'),
    ]
    const back = givingBack(object({ labels: BY_OPERATOR, annotations: IGNORED, managedFields }))

    expect(back).toEqual({
      metadata: {
        resourceVersion: '7',
        annotations: { 'kustomize.toolkit.fluxcd.io/ssa': null, 'kustomize.toolkit.fluxcd.io/prune': null },
        managedFields: [apply('someone'), apply('kustomize-controller', { 'f:spec': { 'f:a': {}, 'f:b': {} } })],
      },
    })
  })

  it('that was given back has nothing of the operator left to give', () => {
    expect(isOperators(object({ labels: BY_OPERATOR, managedFields: [apply('kustomize-controller')] }))).toBe(false)
    expect(isOperators(object({ annotations: IGNORED }))).toBe(true)
    expect(isOperators(object({ managedFields: [apply('flux-operator')] }))).toBe(true)
  })
})
