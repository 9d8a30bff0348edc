import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import {
  domainOf,
  type InstanceFacts,
  instanceObject,
  instanceSpec,
  manifestText,
  registryOf,
} from '../../../../src/flux/operator-move/instance.ts'
import { exportFlags, objectsIn, onlyAskedFor, overlayOf } from '../../../../src/flux/operator-move/overlay.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'

const NS = 'flux-system'

const controller = (name: string, container: object = {}, pod: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: NS },
  spec: {
    template: { spec: { containers: [{ name: 'manager', image: `ghcr.io/fluxcd/${name}:v1.0.0`, args: [], ...container }], ...pod } },
  },
})

const object = (kind: string, name: string, spec: object): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: NS },
  spec,
})

const facts = (more: Partial<InstanceFacts> = {}): InstanceFacts => ({
  namespace: NS,
  version: '2.7.3',
  components: ['kustomize-controller', 'source-controller'],
  deployments: [controller('source-controller'), controller('kustomize-controller')],
  networkPolicy: true,
  openshift: false,
  labels: {},
  annotations: {},
  ...more,
})

const synced = (ref: object, more: object = {}, name = NS) => ({
  source: object('GitRepository', name, { url: 'ssh://git@host/x', interval: '2m0s', ref, secretRef: { name: 'key' }, ...more }),
  kustomization: object('Kustomization', name, { path: './clusters/prod' }),
})

describe('the FluxInstance that stands for what runs', () => {
  it('has the exact release, the components in their order, and nothing that goes without saying', () => {
    expect(instanceSpec(facts(), [])).toEqual({
      distribution: { version: '2.7.3', registry: 'ghcr.io/fluxcd' },
      components: ['source-controller', 'kustomize-controller'],
      cluster: { type: 'kubernetes', networkPolicy: true },
    })
  })

  it('is called flux, as the operator takes no other, and outlives its file', () => {
    const { metadata } = instanceObject(facts(), [])

    expect(metadata).toEqual({ name: 'flux', namespace: NS, annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } })
  })

  it('is not filled in by the Kustomization that applies it where a patch holds what looks like a variable', () => {
    const { metadata } = instanceObject(facts(), [{ patch: ['value: $', '{HOME}'].join('') }])

    expect(metadata.annotations).toMatchObject({ 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' })
  })

  it('has registry and pull secret of the images, and the domain in the address of events', () => {
    const args = ['--events-addr=http://notification-controller.$(RUNTIME_NAMESPACE).svc.cluster.example./']
    const deployments = ['source-controller', 'helm-controller'].map((name) =>
      controller(name, { image: `registry.test:5000/flux/${name}:v1@sha256:0`, args }, { imagePullSecrets: [{ name: 'pull' }] }),
    )

    expect(instanceSpec(facts({ deployments }), [])).toMatchObject({
      distribution: { registry: 'registry.test:5000/flux', imagePullSecret: 'pull' },
      cluster: { domain: 'cluster.example' },
    })
    expect([registryOf([]), domainOf([controller('source-controller')])]).toEqual(['ghcr.io/fluxcd', undefined])
  })

  it('keeps the permission of object-level workload identity where that is on', () => {
    const deployments = [controller('source-controller', { args: ['--feature-gates=ObjectLevelWorkloadIdentity=true'] })]

    expect(instanceSpec(facts({ deployments }), [])).toMatchObject({ cluster: { objectLevelWorkloadIdentity: true } })
  })

  it.each([
    [{ branch: 'main' }, 'refs/heads/main'],
    [{ tag: 'v1' }, 'refs/tags/v1'],
    [{ name: 'refs/pull/1/head' }, 'refs/pull/1/head'],
    [{}, 'refs/heads/master'],
  ])('follows what the source follows: %j', (ref, expected) => {
    expect(instanceSpec(facts({ synced: synced(ref) }), []).sync).toEqual({
      kind: 'GitRepository',
      url: 'ssh://git@host/x',
      ref: expected,
      path: './clusters/prod',
      interval: '2m0s',
      pullSecret: 'key',
    })
  })

  it('names a sync that is not called as the namespace, and a provider that signs in', () => {
    expect(instanceSpec(facts({ synced: synced({ branch: 'main' }, { provider: 'github' }, 'home') }), []).sync).toMatchObject({
      name: 'home',
      provider: 'github',
    })
  })

  it('is written with patches as blocks, and read back as it was', () => {
    const made = instanceObject(facts(), [{ patch: '- op: add\n  path: /x\n', target: { kind: 'Deployment' } }])
    const text = manifestText([made], 'one\ntwo')

    expect(text).toMatch(/^---\n# one\n# two\napiVersion: /)
    expect(text).toContain('- patch: |\n          - op: add\n')
    expect(parse(text)).toEqual(made)
  })
})

describe('what the operator makes of it', () => {
  it('is asked of flux install with the same options', () => {
    const spec = {
      distribution: { version: '2.7.3', registry: 'r.test/x', imagePullSecret: 'p' },
      components: ['a', 'b'],
      cluster: { networkPolicy: false, domain: 'd' },
    }

    expect(exportFlags(object('FluxInstance', 'flux', spec))).toEqual([
      '--components=a,b',
      '--namespace=flux-system',
      '--registry=r.test/x',
      '--image-pull-secret=p',
      '--network-policy=false',
      '--cluster-domain=d',
    ])
  })

  it('says for which releases the operator sets which feature gates', () => {
    const gatesOf = (version: string, more: object = {}): string[] => {
      const made = instanceObject(facts({ version, ...more }), [])
      const { patches } = JSON.parse(overlayOf('', made).files['kustomization.yaml'] ?? '') as { patches: { patch: string }[] }
      return patches.flatMap(({ patch }) => /--feature-gates=[^"]*/.exec(patch)?.[0] ?? [])
    }
    const on = { deployments: [controller('source-controller', { args: ['--feature-gates=ObjectLevelWorkloadIdentity=true'] })] }

    expect(gatesOf('2.5.1')).toEqual([])
    expect(gatesOf('2.6.4')).toEqual([])
    expect(gatesOf('2.6.4', on)).toEqual(['--feature-gates=ObjectLevelWorkloadIdentity=true'])
    expect(gatesOf('2.7.3')).toEqual(['--feature-gates=ObjectLevelWorkloadIdentity=false'])
    expect(gatesOf('2.9.2', { components: ['source-watcher'] })).toEqual([
      '--feature-gates=ExternalArtifact=true',
      '--feature-gates=ObjectLevelWorkloadIdentity=false',
    ])
  })

  it('leaves out what it is not asked for: other components, and network policies that are off', () => {
    const text = [
      'NetworkPolicy x',
      'Deployment helm-controller',
      'Deployment source-controller',
      'Deployment own',
      'CustomResourceDefinition c',
    ]
      .map((each) => `---\nkind: ${each.split(' ')[0]}\nmetadata:\n  name: ${each.split(' ')[1]}\n`)
      .join('')

    const kept = onlyAskedFor(text, instanceObject(facts({ networkPolicy: false }), []))

    expect(objectsIn(kept).map(({ metadata }) => metadata.name)).toEqual(['source-controller', 'own', 'c'])
  })
})
