import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { AT, dependsOn, diagnosed, not, object, suspended } from './objects.ts'

const KEY = 'sharding.fluxcd.io/key'

const deployment = (name: string, component: string, args: unknown[], available = 1): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'flux-system' },
  spec: {
    replicas: 1,
    template: {
      spec: {
        containers: [
          { name: 'proxy', image: 'nginx:1' },
          { image: `ghcr.io/fluxcd/${component}:v1.0.0`, args },
        ],
      },
    },
  },
  status: { availableReplicas: available },
})

const shard = (name: string, available = 1, component = 'kustomize-controller'): KubeObject =>
  deployment(`${component}-${name}`, component, ['--log-level=info', `--watch-label-selector=${KEY}=${name}`], available)

const main = (available = 1, component = 'kustomize-controller'): KubeObject =>
  deployment(component, component, [`--watch-label-selector=!${KEY}`], available)

const labelled = (of: KubeObject, key: string): KubeObject => ({ ...of, metadata: { ...of.metadata, labels: { [KEY]: key } } })

/** Changed, and nobody has looked at it since. */
const changed = (id: string, key?: string): KubeObject => {
  const one = object('Kustomization', id)
  const newer = { ...one, metadata: { ...one.metadata, generation: 2 } }
  return key === undefined ? newer : labelled(newer, key)
}

const causes = (objects: KubeObject[], deployments: KubeObject[]): string[] =>
  diagnosed(objects, { deployments }).causes.map(({ object: name, state, blocks }) => `${name} ${state}: ${blocks.join(', ')}`)

describe('a shard that is down', () => {
  test('is the cause of its own objects, and of no others', () => {
    const objects = [changed('a/one', 's1'), changed('a/two', 's2'), changed('a/three')]

    expect(causes(objects, [main(), shard('s1', 0), shard('s2')])).toEqual([
      'Deployment flux-system/kustomize-controller-s1 controller-down: Kustomization a/one',
    ])
  })

  test('is the cause of those without a key where it is the one for them', () => {
    expect(causes([changed('a/one', 's1'), changed('a/three')], [main(0), shard('s1')])).toEqual([
      'Deployment flux-system/kustomize-controller controller-down: Kustomization a/three',
    ])
  })

  test('is no cause where another one watches the same', () => {
    const two = { ...shard('s1'), metadata: { name: 'second', namespace: 'flux-system' } }

    expect(causes([changed('a/one', 's1')], [main(), shard('s1', 0), two])).toEqual([
      'Deployment flux-system/kustomize-controller-s1 controller-down: ',
    ])
  })

  test('of source-controller is the cause of what cannot fetch its artifacts', () => {
    const source = labelled(object('GitRepository', 'a/src'), 's1')
    const spec = { sourceRef: { kind: 'GitRepository', name: 'src' } }
    const unfetched = not(
      object('Kustomization', 'a/app', spec),
      'ArtifactFailed',
      'failed to get http://source-controller-s1.flux-system.svc/a.tar.gz: giving up after 10 attempts: connection refused',
    )

    expect(causes([source, unfetched], [shard('s1', 0, 'source-controller'), main(1, 'source-controller')])).toEqual([
      'Deployment flux-system/source-controller-s1 controller-down: Kustomization a/app',
    ])
  })
})

describe('what no controller watches', () => {
  test('is a state of its own, and the cause of what waits for it', () => {
    const waits = not(object('Kustomization', 'a/web', dependsOn('base')), 'DependencyNotReady', "dependency 'a/base' is not ready")
    const { causes: found } = diagnosed([changed('a/base', 'typo'), waits], { deployments: [main(), shard('s1')] })

    expect(found).toMatchObject([
      {
        object: 'Kustomization a/base',
        state: 'shard-unwatched',
        says: expect.stringContaining(`its label ${KEY} is "typo"`),
        blocks: ['Kustomization a/web'],
        evidence: [{ text: `--watch-label-selector=!${KEY}` }, { text: `--watch-label-selector=${KEY}=s1` }],
      },
    ])
  })

  test('is what has no key, where every controller asks for one', () => {
    expect(causes([changed('a/app')], [shard('s1')])).toEqual(['Kustomization a/app shard-unwatched: '])
  })

  test('counts also where it had failed before', () => {
    const failed = labelled(not(object('Kustomization', 'a/app'), 'BuildFailed', 'no'), 'typo')

    expect(causes([failed], [main()])).toEqual(['Kustomization a/app shard-unwatched: '])
  })

  test('is nothing that is ready or suspended, and nothing where a controller watches everything', () => {
    expect(causes([labelled(object('Kustomization', 'a/app'), 'typo')], [main()])).toEqual([])
    expect(causes([suspended(changed('a/app', 'typo'))], [main()])).toEqual([])
    expect(causes([changed('a/app', 'typo')], [deployment('kustomize-controller', 'kustomize-controller', []), shard('s1')])).toEqual([])
  })

  test('is not told where a selector cannot be read', () => {
    const odd = (args: unknown[]): KubeObject[] => [deployment('kustomize-controller', 'kustomize-controller', args)]

    expect(causes([changed('a/app')], odd(['--watch-label-selector=a in (']))).toEqual([])
    expect(causes([changed('a/app')], odd([7, null, '--watch-label-selector']))).toEqual([])
  })

  test('is found with the flag and its value as two arguments', () => {
    const apart = deployment('kustomize-controller', 'kustomize-controller', ['--watch-label-selector', `${KEY} in (s1, s2)`])

    expect(causes([changed('a/one', 's2'), changed('a/two', 's3')], [apart])).toEqual(['Kustomization a/two shard-unwatched: '])
  })
})

test('a controller that watches its own namespace alone is no cause of what is in others', () => {
  const own = deployment('kustomize-controller', 'kustomize-controller', ['--watch-all-namespaces=false'], 0)

  const { causes: found } = diagnosed([changed('flux-system/here'), changed('apps/away')], { deployments: [own], takenAt: AT })

  expect(found).toMatchObject([{ blocks: ['Kustomization flux-system/here'] }])
})
