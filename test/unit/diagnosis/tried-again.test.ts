import { describe, expect, test } from 'vitest'
import { durationMs } from '../../../src/diagnosis/tried-again.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { AT, diagnosed, not, object } from './objects.ts'

const REVISION = 'main@sha1:9a6783378772e00848bd178279d194dc8565282b'

const inATry = (history: object[] = [], revision = REVISION): KubeObject =>
  object(
    'Kustomization',
    'flux-system/app',
    { interval: '1m', timeout: '30s' },
    {
      observedGeneration: -1,
      history,
      conditions: [
        {
          type: 'Reconciling',
          status: 'True',
          reason: 'Progressing',
          message: `Running health checks for revision ${revision} with a timeout of 30s`,
          lastTransitionTime: AT,
          observedGeneration: 1,
        },
        {
          type: 'Ready',
          status: 'Unknown',
          reason: 'Progressing',
          message: 'Reconciliation in progress',
          lastTransitionTime: AT,
          observedGeneration: 1,
        },
      ],
    },
  )

const tried = (status: string): object => ({ lastReconciledStatus: status, metadata: { revision: REVISION } })

const warning = (minutesAgo: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'a', namespace: 'flux-system' },
  type: 'Warning',
  reason: 'HealthCheckFailed',
  message: "health check failed after 30s: timeout waiting for: [Deployment/default/web status: 'InProgress']",
  involvedObject: { kind: 'Kustomization', namespace: 'flux-system', name: 'app' },
  firstTimestamp: '2026-11-22T01:00:00Z',
  lastTimestamp: new Date(Date.parse(AT) - minutesAgo * 60_000).toISOString(),
})

const states = (of: KubeObject, events: KubeObject[]): string[] => diagnosed([of], { events }).causes.map(({ state }) => state)

describe('what is in the middle of a try', () => {
  test('is a cause where its history says that the try before failed', () => {
    const { causes } = diagnosed([inATry([tried('HealthCheckFailed')])], { events: [warning(60)] })

    expect(causes).toMatchObject([{ state: 'health-check-failed', since: '2026-11-22T01:00:00Z' }])
  })

  test('is a cause where its history says so and the warning was lost', () => {
    const { causes } = diagnosed([inATry([{ ...tried('HealthCheckFailed'), lastReconciled: AT }])])

    expect(causes).toMatchObject([{ state: 'health-check-failed', since: AT, evidence: [{ what: 'status.history' }, {}] }])
  })

  test('is a cause where a warning came after a try that went well: what cannot be built has no history', () => {
    const well = { ...tried('ReconciliationSucceeded'), lastReconciled: '2026-11-22T02:00:00Z' }

    expect(states(inATry([well]), [warning(1)])).toEqual(['health-check-failed'])
  })

  test('is a cause where a warning of a moment ago says so, and there is no history', () => {
    expect(states(inATry(), [warning(1)])).toEqual(['health-check-failed'])
  })

  test('is under way where the warning is old, where the try before went well, and where it is the first with a new revision', () => {
    expect(states(inATry(), [warning(60)])).toEqual([])
    expect(states(inATry([tried('ReconciliationSucceeded')]), [warning(1)])).toEqual([])
    expect(states(inATry([tried('HealthCheckFailed')], 'main@sha1:0000000000000000000000000000000000000000'), [warning(1)])).toEqual([])
    expect(states(inATry(), [])).toEqual([])
  })
})

describe('what a controller says that was stopped in the middle of a try', () => {
  const cut = 'ConfigMap/a/b dry-run failed: context canceled'
  const twice = 'unable to update the healthy status to progressing: [Patch "https://api": context canceled, waited: context canceled]'

  test('is no cause, as a warning and as a condition', () => {
    expect(states(inATry(), [{ ...warning(1), message: twice }])).toEqual([])
    expect(states(inATry(), [{ ...warning(1), message: cut }])).toEqual([])
    expect(states(not(object('Kustomization', 'flux-system/app'), 'ReconciliationFailed', cut), [])).toEqual([])
  })

  test('does not hide what was said before it', () => {
    expect(states(inATry(), [{ ...warning(0), message: cut }, warning(1)])).toEqual(['health-check-failed'])
  })
})

test.each([
  ['1h5m', 3_900_000],
  ['30s', 30_000],
  ['1m30s', 90_000],
  ['250ms', 250],
  ['', undefined],
  ['soon', undefined],
  ['5m and more', undefined],
])('a duration of %s is %s ms', (said, ms) => {
  expect(durationMs(said)).toBe(ms)
})
