// Controllers that do not run: what their pods and their last words say.
import { describe, expect, test } from 'vitest'
import { tellingLine } from '../../../src/diagnosis/controller-pods.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { diagnosed, object } from './objects.ts'

const NAME = 'helm-controller'

const deployment = (available: number): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: NAME, namespace: 'flux-system' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: NAME } },
    template: { spec: { containers: [{ image: `ghcr.io/fluxcd/${NAME}:v1.4.3`, resources: { limits: { memory: '1Gi' } } }] } },
  },
  status: { availableReplicas: available },
})

const pod = (name: string, container: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'flux-system', labels: { app: NAME } },
  status: { containerStatuses: [{ name: 'manager', restartCount: 3, ...container }] },
})

const looping = (ended: object): KubeObject =>
  pod('new', {
    state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
    lastState: { terminated: { exitCode: 1, reason: 'Error', ...ended } },
  })

const running = pod('old', { state: { running: {} } })

const log = (text: string) => ({ logs: [{ pod: 'flux-system/new', container: 'manager', text }] })

const USAGE = '      --version   Print version\nunknown flag: --no-such-flag\n'

describe('a controller that does not run', () => {
  test('is named with the flag that it does not know, out of its log', () => {
    const { causes } = diagnosed([], { deployments: [deployment(0)], pods: [looping({ exitCode: 2 })], ...log(USAGE) })

    expect(causes).toMatchObject([{ state: 'controller-bad-flag', says: expect.stringContaining('--no-such-flag') }])
    expect(causes[0]?.evidence).toContainEqual({
      kind: 'log',
      what: 'Pod flux-system/new, container manager, its last words',
      text: 'unknown flag: --no-such-flag',
      at: null,
    })
  })

  test('is named with the flag whose value it cannot read', () => {
    const text = 'invalid argument "x" for "--concurrent" flag: strconv.ParseInt: parsing "x": invalid syntax'

    expect(diagnosed([], { deployments: [deployment(0)], pods: [looping({})], ...log(text) }).causes).toMatchObject([
      { state: 'controller-bad-flag', says: expect.stringContaining('--concurrent') },
    ])
  })

  test('is named with its limit where it was killed for want of memory, whatever it said', () => {
    const pods = [looping({ exitCode: 137, reason: 'OOMKilled' })]

    expect(diagnosed([], { deployments: [deployment(0)], pods, ...log(USAGE) }).causes).toMatchObject([
      { state: 'controller-out-of-memory', says: expect.stringContaining('limit 1Gi') },
    ])
  })

  test('is named with the releases that it was in the middle of, and with what is never to be done to them', () => {
    const message = "Running 'upgrade' action with timeout of 5m0s"
    const condition = {
      status: 'Unknown',
      reason: 'Progressing',
      message,
      lastTransitionTime: '2026-11-22T02:40:00Z',
      observedGeneration: 1,
    }
    const conditions = [
      { ...condition, type: 'Ready' },
      { ...condition, type: 'Reconciling', status: 'True' },
    ]
    const release: KubeObject = { ...object('HelmRelease', 'a/app', {}, { conditions }), apiVersion: 'helm.toolkit.fluxcd.io/v2' }

    const { causes } = diagnosed([release], { deployments: [deployment(0)], pods: [looping({ exitCode: 137 })] })

    expect(causes).toMatchObject([{ object: `Deployment flux-system/${NAME}`, blocks: ['HelmRelease a/app'] }])
    expect(causes[0]?.evidence).toContainEqual(expect.objectContaining({ what: 'HelmRelease a/app, in the middle of it', text: message }))
    expect(causes[0]?.fixes.filter(({ rank }) => rank === 'never')).toContainEqual(
      expect.objectContaining({ says: expect.stringContaining('deleting the Secret of a release') }),
    )
  })
})

describe('a new pod that does not start', () => {
  test('is told while the one before does its work, and nothing is blamed on it', () => {
    const waits = object('HelmRelease', 'a/app', {}, { conditions: [], observedGeneration: -1 })

    const { causes, moving } = diagnosed([waits], {
      deployments: [deployment(1)],
      pods: [running, looping({ exitCode: 2 })],
      ...log(USAGE),
    })

    expect(causes).toMatchObject([
      { state: 'controller-rollout-stuck', blocks: [], says: expect.stringMatching(/still does its work.*--no-such-flag/) },
    ])
    expect(moving).toMatchObject([{ object: 'HelmRelease a/app' }])
  })

  test('is nothing to be told where it is only starting', () => {
    const starting = pod('new', { state: { waiting: { reason: 'ContainerCreating' } }, restartCount: 0 })

    expect(diagnosed([], { deployments: [deployment(1)], pods: [running, starting] }).causes).toEqual([])
  })
})

test.each([
  ['a\nlevel=error no route\ngoodbye\n\n', 'level=error no route'],
  ['one\ntwo\n', 'two'],
  ['\n \n', ''],
])('of a log the line that tells most is the last one about an error, or else the last: %j', (text, line) => {
  expect(tellingLine(text)).toBe(line)
})
