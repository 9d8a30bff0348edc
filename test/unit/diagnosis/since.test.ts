import { describe, expect, test } from 'vitest'
import { drawDiagnosis } from '../../../src/cli/recover/draw.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { AT, diagnosed, not, object } from './objects.ts'

const SAID = "unable to clone 'https://a.example': connection refused"

const minutesAgo = (minutes: number): string => new Date(Date.parse(AT) - minutes * 60_000).toISOString()

const source = (status: object = {}): KubeObject => {
  const failed = not(object('GitRepository', 'flux-system/home', { interval: '1m' }), 'GitOperationFailed', SAID)
  return { ...failed, status: { ...failed.status, ...status } }
}

const warning = (first: number, last: number, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: `e-${first}-${last}`, namespace: 'flux-system' },
  reason: 'GitOperationFailed',
  message: SAID,
  involvedObject: { kind: 'GitRepository', namespace: 'flux-system', name: 'home' },
  firstTimestamp: minutesAgo(first),
  lastTimestamp: minutesAgo(last),
  count: 14,
  ...more,
})

const since = (of: KubeObject, ...events: KubeObject[]): string | null | undefined => diagnosed([of], { events }).causes[0]?.since

describe('since when it is in trouble', () => {
  test('is what its condition says, where nothing else tells', () => {
    expect(since(source())).toBe(AT)
  })

  test('is the first of a warning that repeats: the condition is of the last try', () => {
    expect(since(source(), warning(40, 1))).toBe(minutesAgo(40))
  })

  test('is the first of warnings of one reason in other words, where no more than a try lies between', () => {
    expect(since(source(), warning(9, 8, { message: 'i/o timeout' }))).toBe(minutesAgo(9))
    expect(since(source(), warning(90, 80, { message: 'i/o timeout' }))).toBe(AT)
  })

  test('is none of another reason', () => {
    expect(since(source(), warning(9, 8, { message: 'no', reason: 'StorageOperationFailed' }))).toBe(AT)
  })

  test('is not before it was last well', () => {
    expect(since(source({ artifact: { lastUpdateTime: minutesAgo(20) } }), warning(40, 10))).toBe(minutesAgo(10))
  })

  test('is not before a Kustomization was last applied, or a release deployed', () => {
    const event = (kind: string, reason: string): KubeObject =>
      warning(40, 5, { reason, involvedObject: { kind, namespace: 'a', name: 'b' } })
    const kustomization = not(
      object(
        'Kustomization',
        'a/b',
        {},
        { history: [{ lastReconciledStatus: 'ReconciliationSucceeded', lastReconciled: minutesAgo(30) }] },
      ),
      'BuildFailed',
      SAID,
    )
    const release = not(
      object('HelmRelease', 'a/b', {}, { history: [{ status: 'deployed', lastDeployed: minutesAgo(30) }] }),
      'UpgradeFailed',
      SAID,
    )

    expect(since(kustomization, event('Kustomization', 'BuildFailed'))).toBe(minutesAgo(5))
    expect(since(release, event('HelmRelease', 'UpgradeFailed'))).toBe(minutesAgo(5))
  })
})

describe('how often a warning came', () => {
  const drawn = (...events: KubeObject[]): string => drawDiagnosis(diagnosed([source()], { events }))

  test('stands behind the condition that says the same', () => {
    expect(drawn(warning(40, 2))).toContain(`Ready=False GitOperationFailed: ${SAID}   ×14, last 2 minutes ago\n`)
  })

  test('stands behind a warning of its own words', () => {
    expect(drawn(warning(40, 2, { message: 'i/o timeout' }))).toContain('Event GitOperationFailed: i/o timeout   ×14, last 2 minutes ago\n')
  })

  test('is left out where it came once, and is no more than a number', () => {
    expect(drawn(warning(3, 3, { message: 'i/o timeout', count: 1 }))).toContain('i/o timeout   3 minutes ago\n')
    expect(drawn(warning(3, 3, { message: 'i/o timeout', count: 'many' }))).toContain('i/o timeout   3 minutes ago\n')
  })

  test('is that of the series where events are kept so', () => {
    const event = warning(3, 3, { message: 'i/o timeout', count: undefined, series: { count: 7, lastObservedTime: minutesAgo(1) } })

    expect(drawn(event)).toContain('i/o timeout   ×7, last 1 minute ago\n')
  })
})

test('what is said of each try alike, but for the number of its folder, is said once, with how often', () => {
  const saying = (folder: number): string =>
    `kustomization path not found: stat /data/kustomization-${folder}/apps: no such file or directory`
  const told = not(object('Kustomization', 'flux-system/apps'), 'ArtifactFailed', saying(1234567))
  const event = warning(60, 1, {
    message: saying(7654321),
    involvedObject: { kind: 'Kustomization', namespace: 'flux-system', name: 'apps' },
  })

  const [cause] = diagnosed([told], { events: [event] }).causes

  expect(cause?.evidence).toMatchObject([{ kind: 'condition', text: saying(1234567), repeated: { times: 14 } }])
})
