// The Flux Operator in a rehearsal: what is taken along of it, and how it comes to follow the git server of the sandbox.
import { describe, expect, it, test } from 'vitest'
import type { KubeObject, KubeReader, Resource } from '../../../src/ports/kube.ts'
import { adaptInstance, adaptRelease, assertPublic, captureOperator, operatorVersion } from '../../../src/rehearsal/operator.ts'
import { flux } from './objects.ts'

const RENAMED = { from: 'https://git.test/me/home', to: 'http://127.0.0.1:4000/home-ops.git', secret: 'rehearsal' }
const GROUP = 'fluxcd.controlplane.io'

const instance = (spec: object): KubeObject => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'FluxInstance',
  metadata: { name: 'flux', namespace: 'flux-system' },
  spec: { distribution: { version: '2.7.3' }, ...spec },
})
const crd = (plural: string, kind: string): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${GROUP}` },
  spec: { group: GROUP, names: { plural, kind }, scope: 'Namespaced', versions: [{ name: 'v1', storage: true }] },
})

describe('of the Flux Operator', () => {
  const crds = [crd('fluxinstances', 'FluxInstance'), crd('fluxreports', 'FluxReport'), crd('resourcesets', 'ResourceSet')]
  const kube = {
    get: async (_resource: Resource, { name }: { name: string }) => crds.find((each) => each.metadata.name === name),
    list: async ({ kind }: Resource) =>
      kind === 'FluxInstance'
        ? [{ metadata: { name: 'flux', namespace: 'flux-system' } }]
        : [{ metadata: { name: 'tenants', namespace: 'apps' } }],
  } as unknown as KubeReader

  it('the CRDs and the FluxInstance are taken along, and everything else that it keeps is told', async () => {
    const names = ['gitrepositories.source.toolkit.fluxcd.io', ...crds.map(({ metadata }) => metadata.name)]

    const captured = await captureOperator(kube, 'flux-system', names)

    expect(captured?.crds).toEqual(crds)
    expect(captured?.instances).toMatchObject([{ kind: 'FluxInstance', apiVersion: `${GROUP}/v1`, metadata: { name: 'flux' } }])
    expect(captured?.others.map(({ what }) => what)).toEqual(['ResourceSet apps/tenants'])
  })

  it('nothing is taken along where there is none', async () => {
    expect(await captureOperator(kube, 'flux-system', ['gitrepositories.source.toolkit.fluxcd.io'])).toBeUndefined()
  })

  it.each([
    ['ghcr.io/controlplaneio-fluxcd/flux-operator:v0.58.1@sha256:abc', '0.58.1'],
    ['registry.test:5000/flux-operator:0.40.0-ubi', '0.40.0-ubi'],
    ['ghcr.io/controlplaneio-fluxcd/flux-operator@sha256:abc', undefined],
    ['ghcr.io/fluxcd/source-controller:v1.9.3', undefined],
  ])('the version is that of its image: %s', (image, version) => {
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'x' },
      spec: { template: { spec: { containers: [{ image }] } } },
    }

    expect(operatorVersion([deployment])).toBe(version)
  })
})

describe('the FluxInstance in the sandbox', () => {
  it('follows the git server of the sandbox, with the Secret that it has, or with one of its own', () => {
    const sync = { kind: 'GitRepository', url: 'https://git.test/me/home.git', path: 'prod' }

    expect(adaptInstance(instance({ sync: { ...sync, pullSecret: 'mine' } }), RENAMED).spec?.sync).toEqual({
      ...sync,
      url: RENAMED.to,
      pullSecret: 'mine',
    })
    expect(adaptInstance(instance({ sync }), RENAMED).spec?.sync).toEqual({ ...sync, url: RENAMED.to, pullSecret: 'rehearsal' })
  })

  it.each([
    ['has no sync', {}],
    ['follows another repository', { sync: { kind: 'GitRepository', url: 'https://git.test/me/other' } }],
    ['follows an artifact', { sync: { kind: 'OCIRepository', url: 'oci://git.test/me/home' } }],
  ])('is as it was where it %s', (_what, spec) => {
    const object = instance(spec)

    expect(adaptInstance(object, RENAMED)).toBe(object)
  })

  test('is not rehearsed where its artifact needs credentials', () => {
    expect(() => assertPublic([instance({ distribution: { artifactPullSecret: 'ghcr' } })])).toThrow(
      expect.objectContaining({ code: 'rehearsal-source', exit: 'refused' }),
    )
    expect(() => assertPublic([instance({})])).not.toThrow()
  })
})

describe('the HelmRelease that makes the FluxInstance', () => {
  const release = (sync: object): KubeObject =>
    flux('HelmRelease', 'flux-instance', { interval: '1h', values: { instance: { components: ['a'], sync } } })

  test('has the git server of the sandbox in its values, and all else as it was', () => {
    const adapted = adaptRelease(release({ url: 'ssh://git@git.test/me/home', pullSecret: 'mine' }), RENAMED)

    expect(adapted.spec).toEqual({
      interval: '1h',
      values: { instance: { components: ['a'], sync: { url: RENAMED.to, pullSecret: 'mine' } } },
    })
  })

  test('is refused where the chart would write a sync without credentials', () => {
    expect(() => adaptRelease(release({ url: 'https://git.test/me/home' }), RENAMED)).toThrow(
      expect.objectContaining({ code: 'rehearsal-source' }),
    )
  })

  test('is the only one that is changed', () => {
    const other = flux('HelmRelease', 'app', { values: { url: 'https://git.test/me/home' } })

    expect(adaptRelease(other, RENAMED)).toBe(other)
  })
})
