import { describe, expect, it } from 'vitest'
import { release } from '../../../src/flux/catalogue/index.ts'
import { baseline, type Comparison, compare } from '../../../src/flux/readiness.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { condition, flux, readyStatus } from './objects.ts'

const failedStatus = (token: string, reason = 'BuildFailed') => ({
  lastHandledReconcileAt: token,
  observedGeneration: 1,
  conditions: [condition('False', { reason, observedGeneration: 1 })],
})
const well = flux('Kustomization', 'apps', { status: readyStatus() })
const TOKEN = { token: 'run-7' }

const groupOf = (comparison: Comparison): string[] => Object.entries(comparison).flatMap(([group, items]) => items.map(() => group))
const standing = (before: KubeObject, now: KubeObject): string => groupOf(compare(baseline([before]), [now], TOKEN)).join()

describe('an object after the upgrade', () => {
  it.each([
    ['done', 'is Ready and answered the request', well, flux('Kustomization', 'apps', { status: readyStatus('run-7') })],
    ['waiting', 'is Ready but did not answer yet', well, flux('Kustomization', 'apps', { status: readyStatus('before') })],
    ['waiting', 'is Ready at an older generation', well, flux('Kustomization', 'apps', { generation: 2, status: readyStatus('run-7') })],
    ['waiting', 'waits for a dependency', well, flux('Kustomization', 'apps', { status: failedStatus('run-7', 'DependencyNotReady') })],
    ['waiting', 'fails from before the request', well, flux('Kustomization', 'apps', { status: failedStatus('before') })],
    ['waiting', 'lost its status', well, flux('Kustomization', 'apps')],
    ['broken', 'was Ready and fails in answer to the request', well, flux('Kustomization', 'apps', { status: failedStatus('run-7') })],
    [
      'brokenBefore',
      'failed before and fails now',
      flux('Kustomization', 'apps', { status: failedStatus('x') }),
      flux('Kustomization', 'apps', { status: failedStatus('run-7') }),
    ],
    [
      'done',
      'failed before and is well now',
      flux('Kustomization', 'apps', { status: failedStatus('x') }),
      flux('Kustomization', 'apps', { status: readyStatus('run-7') }),
    ],
    ['suspended', 'is suspended', well, flux('Kustomization', 'apps', { spec: { suspend: true }, status: readyStatus() })],
    ['done', 'has no status of its own', flux('Alert', 'all'), flux('Alert', 'all')],
    [
      'done',
      'is an artifact of another tool and Ready',
      flux('ExternalArtifact', 'x', { status: readyStatus() }),
      flux('ExternalArtifact', 'x', { status: { conditions: [condition('True', { observedGeneration: 1 })] } }),
    ],
  ])('is %s when it %s', (group, _why, before, now) => {
    expect(standing(before, now)).toBe(group)
  })

  it('is broken at once when it stalls, before it answers', () => {
    const stalled = flux('HelmRelease', 'web', {
      status: {
        observedGeneration: 1,
        conditions: [condition('True', { type: 'Stalled', reason: 'RetriesExceeded' }), condition('False')],
      },
    })

    const { broken } = compare(baseline([flux('HelmRelease', 'web', { status: readyStatus() })]), [stalled], TOKEN)

    expect(broken).toMatchObject([{ label: 'HelmRelease flux-system/web', now: { terminal: true, reason: 'RetriesExceeded' } }])
  })

  it('is gone when it is not there any more', () => {
    expect(compare(baseline([well]), [], TOKEN).gone).toMatchObject([
      { label: 'Kustomization flux-system/apps', before: { state: 'ready' } },
    ])
  })

  it('is the same object at another API version', () => {
    const old = flux('ImagePolicy', 'web', { version: 'v1beta2', status: readyStatus() })

    expect(standing(old, flux('ImagePolicy', 'web', { version: 'v1', status: readyStatus('run-7') }))).toBe('done')
  })

  it('is waited for when it is new', () => {
    expect(groupOf(compare([], [flux('Kustomization', 'new')], TOKEN))).toEqual(['waiting'])
  })

  it('needs no answer where the release that runs gives none for its kind', () => {
    const policy = flux('ImagePolicy', 'web', { version: 'v1beta2', status: { ...readyStatus(), lastHandledReconcileAt: undefined } })

    expect(groupOf(compare(baseline([policy]), [policy], { ...TOKEN, release: release('2.6.4') }))).toEqual(['done'])
    expect(groupOf(compare(baseline([policy]), [policy], { ...TOKEN, release: release('2.7.3') }))).toEqual(['waiting'])
  })

  it('says what it waits for', () => {
    expect(compare(baseline([well]), [well], TOKEN).waiting[0]?.why).toContain('has not reconciled again yet')
  })
})

describe('a baseline', () => {
  it('survives a journal', () => {
    const entries = baseline([well, flux('Alert', 'all')])

    expect(JSON.parse(JSON.stringify(entries))).toEqual(entries)
  })
})
