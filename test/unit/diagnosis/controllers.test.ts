import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { AT, diagnosed, object } from './objects.ts'

const deployment = (name: string, component = name, available = 1): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'flux-system' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: { spec: { containers: [{ image: `ghcr.io/fluxcd/${component}:v1.0.0` }] } },
  },
  status: { availableReplicas: available },
})

/** Nobody has looked at it yet. */
const fresh = (kind: string, id: string): KubeObject => ({
  ...object(kind, id, {}, { conditions: [], observedGeneration: -1 }),
  apiVersion: kind === 'ImageRepository' ? 'image.toolkit.fluxcd.io/v1' : 'kustomize.toolkit.fluxcd.io/v1',
})

const states = (...args: Parameters<typeof diagnosed>): string[] =>
  diagnosed(...args).causes.map(({ object: name, state }) => `${name}: ${state}`)

describe('controllers', () => {
  test('one that is not installed is the cause of what nobody has looked at', () => {
    const { causes } = diagnosed([fresh('ImageRepository', 'a/app')], { deployments: [deployment('source-controller')] })

    expect(causes).toMatchObject([
      {
        object: 'Deployment flux-system/image-reflector-controller',
        state: 'controller-missing',
        certainty: 'likely',
        blocks: ['ImageRepository a/app'],
      },
    ])
  })

  test('nothing is said of one that is not installed where Deployments were not seen, or are elsewhere', () => {
    const objects = [fresh('ImageRepository', 'a/app')]

    expect(states(objects)).toEqual([])
    expect(states(objects, { deployments: [deployment('source-controller')], unseen: [{ what: 'Deployment', why: 'no' }] })).toEqual([])
  })

  test('of one that is split in shards, a shard that is down is told, and nothing is blamed on it', () => {
    const deployments = [deployment('kustomize-controller'), deployment('kustomize-controller-a', 'kustomize-controller', 0)]

    const { causes, moving } = diagnosed([fresh('Kustomization', 'a/app')], { deployments })

    expect(causes).toMatchObject([{ object: 'Deployment flux-system/kustomize-controller-a', blocks: [] }])
    expect(moving).toMatchObject([{ object: 'Kustomization a/app' }])
  })
})

describe('what nobody has reported on', () => {
  const made = (at: string): KubeObject => {
    const one = fresh('Kustomization', 'a/app')
    return { ...one, metadata: { ...one.metadata, creationTimestamp: at } }
  }

  test('is under way where it was made just now, and a cause once that is long ago', () => {
    expect(states([made(AT)])).toEqual([])
    expect(states([made('2026-11-22T01:00:00Z')])).toEqual(['Kustomization a/app: never-reconciled'])
  })
})
