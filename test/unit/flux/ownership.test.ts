import { describe, expect, it } from 'vitest'
import { backupGap, keySecrets } from '../../../src/flux/age-backup.ts'
import { compareApiVersions } from '../../../src/flux/api-versions.ts'
import { inventoryOf } from '../../../src/flux/inventories.ts'
import { appliedTwice, foreignOwners } from '../../../src/flux/ownership.ts'
import type { KubeObject, ManagedField } from '../../../src/ports/kube.ts'
import { deployment, flux } from './objects.ts'

const applying = (kind: string, name: string, ...ids: string[]): KubeObject =>
  flux(kind, name, { status: { inventory: { entries: ids.map((id) => ({ id, v: 'v1' })) } } })

describe('API versions', () => {
  it('are in the order of Kubernetes', () => {
    const versions = ['v1', 'v1alpha1', 'foo', 'v2', 'v1beta2', 'v10', 'v1beta1', 'v11alpha2', 'v2beta1']

    expect(versions.sort(compareApiVersions)).toEqual(['foo', 'v1alpha1', 'v11alpha2', 'v1beta1', 'v1beta2', 'v2beta1', 'v1', 'v2', 'v10'])
  })
})

describe('an inventory', () => {
  it('is read with names that hold an underscore for a colon, and without a namespace', () => {
    const object = applying('Kustomization', 'x', '_system__node_rbac.authorization.k8s.io_ClusterRole', 'apps_web__Service', 'broken')

    expect(inventoryOf([object])).toEqual([
      {
        namespace: undefined,
        name: 'system:node',
        group: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        version: 'v1',
        by: 'Kustomization flux-system/x',
      },
      { namespace: 'apps', name: 'web', group: '', kind: 'Service', version: 'v1', by: 'Kustomization flux-system/x' },
    ])
  })
})

describe('an object', () => {
  it('has two appliers when a Kustomization and a HelmRelease both have it', () => {
    const shared = 'apps_web_apps_Deployment'

    expect(
      appliedTwice([applying('Kustomization', 'a', shared), applying('HelmRelease', 'b', shared, 'apps_other_apps_Deployment')]),
    ).toEqual([{ where: 'Deployment apps/web', appliers: ['HelmRelease flux-system/b', 'Kustomization flux-system/a'] }])
  })

  it('of Flux has a foreign owner where somebody else holds part of its spec', () => {
    const entry = (manager: string, more: Partial<ManagedField> = {}): ManagedField => ({
      manager,
      operation: 'Apply',
      fieldsV1: { 'f:spec': {} },
      ...more,
    })
    const object = deployment('source-controller', 'v1.7.3')
    object.metadata.managedFields = [
      entry('kustomize-controller'),
      entry('kubectl-edit'),
      entry('argocd-controller'),
      entry('vpa', { subresource: 'status' }),
      entry('labeller', { fieldsV1: { 'f:metadata': {} } }),
    ]

    expect(foreignOwners([object])).toEqual([{ where: 'Deployment flux-system/source-controller', appliers: ['argocd-controller'] }])
  })
})

describe('the keys that Flux decrypts with', () => {
  const NOW = new Date('2026-03-01T00:00:00Z')
  const decrypting = (spec: Record<string, unknown>) => flux('Kustomization', 'apps', { spec: { decryption: spec } })

  it('are those of the Kustomizations, or the global one of kustomize-controller', () => {
    const controller = deployment('kustomize-controller', 'v1.9.3')
    controller.spec.template.spec.containers[0].args = ['--sops-age-secret=sops-age']

    expect(keySecrets([decrypting({ provider: 'sops', secretRef: { name: 'mine' } })], [controller])).toMatchObject([
      { id: 'flux-system/mine' },
    ])
    expect(keySecrets([decrypting({ provider: 'sops' })], [controller])).toMatchObject([{ id: 'flux-system/sops-age' }])
    expect(keySecrets([decrypting({ provider: 'sops' })], [])).toEqual([])
  })

  it.each([
    [undefined, undefined, /nothing on record/],
    ['yesterday', undefined, /cannot be read/],
    ['2036-01-02T00:00:00Z', undefined, /a time to come/],
    ['2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z', /changed after/],
  ])('have no fresh backup with record %s and data of %s', (recorded, written, why) => {
    const managedFields = written === undefined ? [] : [{ time: written, fieldsV1: { 'f:data': {} } }]
    const annotations = recorded === undefined ? {} : { 'flux-ops.dev/age-backup-at': recorded }

    expect(backupGap({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x', annotations, managedFields } }, NOW)).toMatch(why)
  })

  it('have one when the record is newer than the data, whoever wrote the annotations since', () => {
    const managedFields = [
      { time: '2026-01-01T00:00:00Z', fieldsV1: { 'f:data': {} } },
      { time: '2026-02-01T00:00:00Z', fieldsV1: { 'f:metadata': {} } },
    ]
    const annotations = { 'flux-ops.dev/age-backup-at': '2026-01-02T00:00:00Z' }

    expect(backupGap({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x', annotations, managedFields } }, NOW)).toBeUndefined()
  })
})
