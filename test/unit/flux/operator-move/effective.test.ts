import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type Difference, deploymentDifferences, syncDifferences } from '../../../../src/flux/operator-move/effective.ts'
import { keepingPatches, reasonOf, shown } from '../../../../src/flux/operator-move/reasons.ts'
import type { KubeObject } from '../../../../src/ports/kube.ts'

const NS = 'flux-system'

interface Made {
  readonly container?: object
  readonly pod?: object
  readonly template?: object
  readonly spec?: object
}

const deployment = ({ container = {}, pod = {}, template = {}, spec = {} }: Made = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'helm-controller', namespace: NS },
  spec: {
    replicas: 1,
    ...spec,
    template: {
      metadata: template,
      spec: { containers: [{ name: 'manager', image: 'r/helm-controller:v1', args: [], ...container }], ...pod },
    },
  },
})

const between = (live: Made, would: Made): Difference[] => deploymentDifferences(deployment(live), deployment(would))
const saying = (live: Made, would: Made): string[] =>
  between(live, would).map((each) => `${each.path} ${JSON.stringify(each.now)} ${JSON.stringify(each.under)} ${reasonOf(each, NS)}`)

describe('a Deployment now and under the operator', () => {
  it('is the same where lists of named things are in another order, and where nothing stands for empty', () => {
    const one = { pod: { volumes: [{ name: 'a' }, { name: 'b' }], tolerations: [] } }
    const other = { pod: { volumes: [{ name: 'b' }, { name: 'a' }] } }

    expect(between(one, other)).toEqual([])
  })

  it('is the same where arguments are in another order, or given again', () => {
    expect(between({ container: { args: ['--a=1', '--b=2'] } }, { container: { args: ['--a=0', '--b=2', '--a=1'] } })).toEqual([])
  })

  it('differs in a flag, and in each feature gate by its own', () => {
    const args = ['--concurrent=8', '--feature-gates=OOMWatch=true,CacheSecretsAndConfigMaps=true']

    expect(saying({ container: { args } }, { container: { args: ['--feature-gates=OOMWatch=true', '--x'] } })).toEqual([
      'spec.template.spec.containers[manager].args --concurrent "--concurrent=8" null kept',
      'spec.template.spec.containers[manager].args --feature-gates=CacheSecretsAndConfigMaps "--feature-gates=CacheSecretsAndConfigMaps=true" null kept',
      'spec.template.spec.containers[manager].args --x null "--x=true" kept',
    ])
  })

  it.each<[string, Made, Made, string]>([
    ['the digest of an image', {}, { container: { image: 'r/helm-controller:v1@sha256:0' } }, 'operator'],
    ['another image', {}, { container: { image: 'other/helm-controller:v1' } }, 'kept'],
    [
      'the same address, written out',
      { container: { args: ['--events-addr=http://n.$(RUNTIME_NAMESPACE).svc./'] } },
      { container: { args: ['--events-addr=http://n.flux-system.svc./'] } },
      'operator',
    ],
    ['a feature that is off by itself', {}, { container: { args: ['--feature-gates=ObjectLevelWorkloadIdentity=false'] } }, 'operator'],
    [
      'a feature that would be switched off',
      { container: { args: ['--feature-gates=ObjectLevelWorkloadIdentity=true'] } },
      { container: { args: ['--feature-gates=ObjectLevelWorkloadIdentity=false'] } },
      'kept',
    ],
    ['when somebody restarted it', { template: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'then' } } }, {}, 'lost'],
    [
      'resources',
      { container: { resources: { limits: { memory: '2Gi' } } } },
      { container: { resources: { limits: { memory: '1Gi' } } } },
      'kept',
    ],
  ])('tells what it is: %s', (_what, live, would, reason) => {
    expect(between(live, would).map((each) => reasonOf(each, NS))).toEqual([reason])
  })

  it('keeps what runs by one patch: values at their place, flags at the end, maps made first', () => {
    const live: Made = {
      container: { args: ['--log-level=debug'], resources: { limits: { memory: '2Gi' } } },
      pod: { tolerations: [{ key: 'arm', operator: 'Exists' }] },
      template: { annotations: { 'team/a': 'b' } },
      spec: { replicas: 2 },
    }
    const found = between(live, { container: { args: ['--log-level=info'] }, pod: { priorityClassName: 'high' } })

    const [patch, ...more] = keepingPatches(
      found,
      new Map([[`Deployment ${NS}/helm-controller`, new Set(['/spec/template/metadata/annotations'])]]),
    )

    expect(more).toEqual([])
    expect(patch?.target).toEqual({ kind: 'Deployment', name: 'helm-controller' })
    expect(parse(patch?.patch ?? '')).toEqual([
      { op: 'add', path: '/spec/template/metadata/annotations', value: {} },
      { op: 'add', path: '/spec/replicas', value: 2 },
      { op: 'add', path: '/spec/template/metadata/annotations/team~1a', value: 'b' },
      { op: 'remove', path: '/spec/template/spec/priorityClassName' },
      { op: 'add', path: '/spec/template/spec/tolerations', value: [{ key: 'arm', operator: 'Exists' }] },
      { op: 'add', path: '/spec/template/spec/containers/0/resources', value: { limits: { memory: '2Gi' } } },
      { op: 'add', path: '/spec/template/spec/containers/0/args/-', value: '--log-level=debug' },
    ])
  })
})

describe('a value for a reader', () => {
  it('of an environment is its names alone, as the values may be secret', () => {
    const env = [{ name: 'HTTPS_PROXY', value: 'http://me:hunter2@proxy' }]

    expect(shown('spec.template.spec.containers[manager].env', env)).toBe('HTTPS_PROXY')
  })

  it('is text, JSON, or nothing, and bounded', () => {
    expect([shown('a', 'x'), shown('a', { b: 1 }), shown('a', null)]).toEqual(['x', '{"b":1}', null])
    expect(shown('a', 'x'.repeat(2000))).toHaveLength(1001)
  })
})

describe('the sync now and under the operator', () => {
  const source = (spec: object): KubeObject => ({
    apiVersion: 'v1',
    kind: 'GitRepository',
    metadata: { name: 'flux-system', namespace: NS },
    spec,
  })

  it.each([
    [{ branch: 'main' }, { name: 'refs/heads/main' }, 'operator'],
    [{ tag: 'v1' }, { name: 'refs/tags/v1' }, 'operator'],
    [{ branch: 'main', commit: 'abc' }, { name: 'refs/heads/main' }, 'kept'],
    [{ branch: 'main' }, { name: 'refs/heads/other' }, 'kept'],
  ])('follows the same where %j becomes %j: %s', (now, under, reason) => {
    const found = syncDifferences(source({ ref: now, suspend: true }), source({ ref: under }))

    expect(found.map((each) => reasonOf(each, NS))).toEqual([reason])
  })
})
