import { describe, expect, test } from 'vitest'
import { type Layer, layersOf } from '../../../src/diagnosis/layers.ts'
import { worldOf } from '../../../src/diagnosis/world.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { dependsOn, not, object, snapshotOf, suspended } from './objects.ts'
import { storm } from './storm.ts'

const layers = (...objects: KubeObject[]): Layer[] => layersOf(worldOf(snapshotOf(objects)))
const outline = (found: readonly Layer[]): string[] =>
  found.map(({ name, total, well }) => `${name} ${total} ${well ? 'well' : 'not well'}`)

describe('layers', () => {
  test('stand in the order of what needs what', () => {
    const found = layers(
      object('Kustomization', 'a/apps', dependsOn('core')),
      not(object('Kustomization', 'a/core', dependsOn('infra')), 'BuildFailed', 'no'),
      object('Kustomization', 'a/infra'),
      { ...object('Alert', 'a/alert'), apiVersion: 'notification.toolkit.fluxcd.io/v1beta3' },
      object('HelmChart', 'a/chart'),
      object('GitRepository', 'a/git'),
    )

    expect(outline(found)).toEqual([
      'sources 1 well',
      'charts and images 1 well',
      'applied first 1 well',
      'applied 2 1 not well',
      'applied 3 1 well',
      'automation and notifications 1 well',
    ])
  })

  test('count by kind, and what is suspended is not counted as trouble', () => {
    const [layer] = layers(suspended(object('GitRepository', 'a/git')), object('HelmRepository', 'a/charts'))

    expect(layer).toEqual({
      name: 'sources',
      total: 2,
      states: { suspended: 1, ready: 1 },
      well: true,
      kinds: [
        { kind: 'GitRepository', total: 1, states: { suspended: 1 } },
        { kind: 'HelmRepository', total: 1, states: { ready: 1 } },
      ],
    })
  })

  test('come to an end where objects wait for each other, or for what is not there', () => {
    const found = layers(
      object('Kustomization', 'a/one', dependsOn('two')),
      object('Kustomization', 'a/two', dependsOn('one')),
      object('Kustomization', 'a/self', dependsOn('self')),
      object('Kustomization', 'a/lost', dependsOn('gone')),
    )

    expect(found.reduce((sum, { total }) => sum + total, 0)).toBe(4)
  })

  test('of a chain of thousands are few, and it is not climbed by recursion', () => {
    const chain = Array.from({ length: 5000 }, (_, at) => object('Kustomization', `a/k${at}`, at === 4999 ? {} : dependsOn(`k${at + 1}`)))

    const found = layers(...chain)

    expect(found).toHaveLength(8)
    expect(found.at(-1)).toMatchObject({ name: 'applied 8 and later', total: 4993 })
  })

  test('have every object of a storm once', () => {
    const { snapshot } = storm(3, { objects: 2000, causes: 3 })

    expect(layersOf(worldOf(snapshot)).reduce((sum, { total }) => sum + total, 0)).toBe(snapshot.objects.length)
  })
})
