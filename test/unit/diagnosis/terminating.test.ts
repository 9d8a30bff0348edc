import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { diagnosed, not, object } from './objects.ts'

const FINALIZER = 'finalizers.fluxcd.io'
const JUST_NOW = '2026-11-22T02:50:00Z'
const LONG_AGO = '2026-11-22T01:00:00Z'

const deleted = (at: string, finalizers: string[], of = object('Kustomization', 'a/app')): KubeObject => ({
  ...of,
  metadata: { ...of.metadata, deletionTimestamp: at, finalizers },
})

const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a', deletionTimestamp: JUST_NOW } }

const states = (...args: Parameters<typeof diagnosed>): string[] => diagnosed(...args).causes.map(({ state }) => state)

describe('what was deleted', () => {
  test('is under way while its controller cleans up', () => {
    const { causes, moving } = diagnosed([deleted(JUST_NOW, [FINALIZER])])

    expect(causes).toEqual([])
    expect(moving).toMatchObject([{ object: 'Kustomization a/app' }])
  })

  test('is likely to be stuck where that takes far too long, and surely where its controller says that it failed', () => {
    const failed = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'a' },
      type: 'Warning',
      reason: 'ReconciliationSucceeded',
      message: 'pruning for deleted resource failed',
      involvedObject: { kind: 'Kustomization', namespace: 'a', name: 'app' },
      lastTimestamp: '2026-11-22T02:50:30Z',
    }

    expect(diagnosed([deleted(LONG_AGO, [FINALIZER])]).causes).toMatchObject([{ state: 'deletion-stuck', certainty: 'likely' }])
    expect(diagnosed([deleted(JUST_NOW, [FINALIZER])], { events: [failed] }).causes).toMatchObject([
      { state: 'deletion-stuck', certainty: 'certain' },
    ])
  })

  test('is held by somebody else where Flux has let go of it', () => {
    const { causes } = diagnosed([deleted(JUST_NOW, ['example.org/hold'])])

    expect(causes).toMatchObject([{ state: 'deletion-held', says: expect.stringContaining('example.org/hold') }])
  })

  test('waits for nothing that it said before', () => {
    const waited = not(
      object('Kustomization', 'a/app', { dependsOn: [{ name: 'b' }] }),
      'DependencyNotReady',
      "dependency 'a/b' is not ready",
    )

    expect(states([deleted(LONG_AGO, [FINALIZER], waited), not(object('Kustomization', 'a/b'), 'BuildFailed', 'no')])).toEqual([
      'deletion-stuck',
      'build-failed',
    ])
  })

  test('is what a namespace waits for that cannot go', () => {
    const { causes } = diagnosed([deleted(JUST_NOW, ['example.org/hold'])], { namespaces: [namespace] })

    expect(causes).toMatchObject([{ object: 'Kustomization a/app', blocks: ['Namespace a'] }])
  })
})

test('a namespace that goes is no cause', () => {
  expect(states([], { namespaces: [namespace] })).toEqual([])
})
