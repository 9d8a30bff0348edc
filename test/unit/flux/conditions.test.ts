import { describe, expect, it } from 'vitest'
import { reconciledSince, verdict } from '../../../src/flux/conditions.ts'
import { condition, flux, type Parts, readyStatus } from './objects.ts'

const kustomization = (parts: Parts) => flux('Kustomization', 'apps', parts)

describe('the verdict on an object', () => {
  it('is ready when the controller says so for this generation', () => {
    expect(verdict(kustomization({ status: readyStatus() }))).toMatchObject({
      state: 'ready',
      observed: true,
      terminal: false,
      since: '2026-11-21T03:00:00Z',
    })
  })

  it('is progressing while a Ready condition speaks of an older generation', () => {
    const object = kustomization({ generation: 2, status: readyStatus() })

    expect(verdict(object)).toMatchObject({ state: 'progressing', observed: false, message: 'generation 2 is not reconciled yet' })
  })

  it('is failed, and observed, for a Kustomization whose status generation lags behind because it fails', () => {
    const conditions = [
      condition('False', { reason: 'BuildFailed', observedGeneration: 3 }),
      condition('True', { type: 'Reconciling', reason: 'ProgressingWithRetry' }),
    ]
    const object = kustomization({ generation: 3, status: { observedGeneration: 2, conditions } })

    expect(verdict(object)).toMatchObject({ state: 'failed', reason: 'BuildFailed', observed: true, terminal: false })
  })

  it('is failed for good when stalled, whatever Ready says', () => {
    const conditions = [
      condition('True', { observedGeneration: 1 }),
      condition('True', { type: 'Stalled', reason: 'RetriesExceeded', observedGeneration: 1 }),
    ]

    expect(verdict(flux('HelmRelease', 'web', { status: { observedGeneration: 1, conditions } }))).toMatchObject({
      state: 'failed',
      reason: 'RetriesExceeded',
      terminal: true,
    })
  })

  it('is not failed for being stalled at an older generation', () => {
    const conditions = [condition('False'), condition('True', { type: 'Stalled', reason: 'RetriesExceeded' })]
    const object = flux('HelmRelease', 'web', { generation: 2, status: { observedGeneration: 1, conditions } })

    expect(verdict(object)).toMatchObject({ state: 'progressing', observed: false, terminal: false })
  })

  it('is progressing while the controller works on it', () => {
    const conditions = [condition('Unknown', { reason: 'Progressing' }), condition('True', { type: 'Reconciling', reason: 'Progressing' })]

    expect(verdict(kustomization({ status: { observedGeneration: 1, conditions } })).state).toBe('progressing')
  })

  it('is progressing for a HelmRelease that is still Ready from before while it reconciles', () => {
    const conditions = [condition('True'), condition('True', { type: 'Reconciling', message: 'Fulfilling prerequisites' })]

    expect(verdict(flux('HelmRelease', 'web', { status: { observedGeneration: 1, conditions } }))).toMatchObject({
      state: 'progressing',
      message: 'Fulfilling prerequisites',
    })
  })

  it.each([
    ['DependencyNotReady', "dependency 'flux-system/infra' is not ready"],
    ['ArtifactFailed', 'Source artifact not found, retrying in 5s'],
    ['ArtifactFailed', 'Source is not ready, artifact not found, retrying in 5s'],
    ['ArtifactFailed', 'Source not ready: artifact not found. Retrying in 5s'],
  ])('is progressing while it waits for another object (%s %s)', (reason, message) => {
    const conditions = [condition('False', { reason, message, observedGeneration: 1 })]

    expect(verdict(kustomization({ status: { conditions } })).state).toBe('progressing')
  })

  it('is suspended before anything else but deletion', () => {
    expect(verdict(kustomization({ spec: { suspend: true }, status: readyStatus() })).state).toBe('suspended')
    expect(verdict(kustomization({ spec: { suspend: true }, deletionTimestamp: '2026-11-21T03:00:00Z' })).state).toBe('terminating')
  })

  it('is suspended for an ArtifactGenerator that is switched off by annotation', () => {
    const object = flux('ArtifactGenerator', 'parts', { annotations: { 'source.extensions.fluxcd.io/reconcile': 'Disabled' } })

    expect(verdict(object).state).toBe('suspended')
  })

  it.each([
    ['Alert', {}],
    ['Provider', {}],
    ['HelmRepository', { type: 'oci' }],
  ])('is static for a %s without a controller that reports', (kind, spec) => {
    expect(verdict(flux(kind, 'x', { spec }))).toMatchObject({ state: 'static', observed: true })
  })

  it.each([undefined, {}, { conditions: 'broken' }, { conditions: [null, 4] }, { observedGeneration: -1 }])(
    'is unknown when the status is %j',
    (status) => {
      expect(verdict(kustomization(status === undefined ? {} : { status: status as Record<string, unknown> }))).toMatchObject({
        state: 'unknown',
        observed: false,
      })
    },
  )
})

describe('an answer to a reconcile request', () => {
  const handled = (value: string) => kustomization({ status: { lastHandledReconcileAt: value } })

  it('is given by the token of the request', () => {
    expect(reconciledSince(handled('run-7'), 'run-7')).toBe(true)
    expect(reconciledSince(handled('2026-11-21T03:00:00Z/run-7'), 'run-7')).toBe(true)
    expect(reconciledSince(handled('run-6'), 'run-7')).toBe(false)
    expect(reconciledSince(handled('run-7/sources'), 'run-7')).toBe(false)
    expect(reconciledSince(handled('run-71'), 'run-7')).toBe(false)
  })

  it('is given by a later request of somebody else', () => {
    expect(reconciledSince(handled('2026-11-21T03:00:02.5Z'), 'run-7', '2026-11-21T03:00:00Z')).toBe(true)
    expect(reconciledSince(handled('2026-11-21T02:59:59Z'), 'run-7', '2026-11-21T03:00:00Z')).toBe(false)
  })

  it('is never given by an empty status or an empty token', () => {
    expect(reconciledSince(kustomization({}), 'run-7')).toBe(false)
    expect(reconciledSince(handled('x'), '')).toBe(false)
  })
})
