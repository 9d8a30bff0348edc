import { describe, expect, it } from 'vitest'
import { crdsInInventory, forceOverCrds } from '../../../src/flux/force.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { flux } from './objects.ts'

const BUCKETS = 'buckets.source.toolkit.fluxcd.io'
const inventory = (...names: string[]) => ({
  inventory: {
    entries: [
      ...names.map((name) => ({ id: `_${name}_apiextensions.k8s.io_CustomResourceDefinition`, v: 'v1' })),
      { id: 'flux-system_kustomize-controller_apps_Deployment', v: 'v1' },
    ],
  },
})
const crd = (name: string, metadata: Partial<KubeObject['metadata']>): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name, ...metadata },
})
const KEY = 'kustomize.toolkit.fluxcd.io/force'

describe('force over CRDs', () => {
  it('is found in a Kustomization whose inventory holds Flux CRDs', () => {
    const kustomizations = [
      flux('Kustomization', 'flux-system', { spec: { force: true }, status: inventory(BUCKETS, 'certificates.cert-manager.io') }),
    ]

    expect(forceOverCrds({ kustomizations, crds: [] })).toMatchObject([
      { where: 'Kustomization flux-system/flux-system', by: 'spec.force', crds: [BUCKETS] },
    ])
  })

  it('is no danger where the inventory holds no Flux CRD', () => {
    const kustomizations = [flux('Kustomization', 'apps', { spec: { force: true }, status: inventory('certificates.cert-manager.io') })]

    expect(forceOverCrds({ kustomizations, crds: [] })).toEqual([])
  })

  it('counts where it is not known yet what is applied', () => {
    const kustomizations = [flux('Kustomization', 'apps', { spec: { force: true } })]

    expect(forceOverCrds({ kustomizations, crds: [] })).toMatchObject([{ crds: [], why: expect.stringContaining('not known yet') }])
  })

  it('counts where a Kustomization sets it on all it applies, of which nothing is known yet', () => {
    const spec = { commonMetadata: { annotations: { [KEY]: 'enabled' } } }

    expect(forceOverCrds({ kustomizations: [flux('Kustomization', 'flux', { spec })], crds: [] })).toMatchObject([
      { by: 'annotation', crds: [], why: expect.stringContaining('not known yet') },
    ])
  })

  it('counts for a suspended Kustomization too', () => {
    const kustomizations = [flux('Kustomization', 'flux', { spec: { force: true, suspend: true }, status: inventory(BUCKETS) })]

    expect(forceOverCrds({ kustomizations, crds: [] })).toHaveLength(1)
  })

  it.each([
    ['annotation', { annotations: { [KEY]: 'Enabled' } }],
    ['label', { labels: { [KEY]: 'ENABLED' } }],
  ])('is found as an %s of a live CRD, in any case', (by, metadata) => {
    expect(forceOverCrds({ kustomizations: [], crds: [crd(BUCKETS, metadata)] })).toMatchObject([{ by, crds: [BUCKETS] }])
  })

  it('is not found on CRDs of others or with another value', () => {
    const crds = [
      crd('certificates.cert-manager.io', { annotations: { [KEY]: 'enabled' } }),
      crd(BUCKETS, { annotations: { [KEY]: 'disabled' } }),
    ]

    expect(forceOverCrds({ kustomizations: [], crds })).toEqual([])
  })

  it('is found where a Kustomization puts it on all it applies', () => {
    const kustomizations = [
      flux('Kustomization', 'flux', { spec: { commonMetadata: { labels: { [KEY]: 'enabled' } } }, status: inventory(BUCKETS) }),
    ]

    expect(forceOverCrds({ kustomizations, crds: [] })).toMatchObject([{ by: 'label', crds: [BUCKETS] }])
  })

  it('is found in a CRD of the repository', () => {
    const text = `# x\nkind: CustomResourceDefinition\nmetadata:\n  name: ${BUCKETS}\n  annotations:\n    ${KEY}: enabled\n`

    expect(forceOverCrds({ kustomizations: [], crds: [], files: [{ path: 'crds.yaml', text }] })).toMatchObject([
      { where: 'crds.yaml:2', by: 'annotation' },
    ])
  })

  it('reads names out of inventory ids and skips what is none', () => {
    const object = flux('Kustomization', 'x', {
      status: {
        inventory: {
          entries: [{ id: 4 }, null, { id: '_a.b_apiextensions.k8s.io_CustomResourceDefinition' }, { id: 'ns_x_apps_Deployment' }],
        },
      },
    })

    expect(crdsInInventory(object)).toEqual(['a.b'])
  })
})
