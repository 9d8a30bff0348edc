// The logs of controllers that do not run, and of no other.
import { describe, expect, test } from 'vitest'
import { readLogs } from '../../../src/actions/read-logs.ts'
import type { KubeObject, KubeReader } from '../../../src/ports/kube.ts'
import { failing } from './snapshot-desk.ts'

const deployment = (name: string, status: object): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'flux-system' },
  spec: { replicas: 1, selector: { matchLabels: { app: name } } },
  status,
})

const pod = (app: string, name: string, container: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'flux-system', labels: { app } },
  status: { containerStatuses: [{ name: 'manager', ...container }] },
})

const ENDED = { lastState: { terminated: { exitCode: 1, reason: 'Error' } } }
const LOOPING = { ...ENDED, state: { waiting: { reason: 'CrashLoopBackOff' } } }
const AGAIN = { ...ENDED, state: { running: {} } }

interface Asked {
  readonly pod: string
  readonly previous: boolean | undefined
}

function reader(answer: () => string): { kube: KubeReader; asked: Asked[] } {
  const asked: Asked[] = []
  const kube: Pick<KubeReader, 'logs'> = {
    logs: async ({ name }, options) => {
      asked.push({ pod: name, previous: options?.previous })
      return answer()
    },
  }
  return { kube: kube as KubeReader, asked }
}

describe('logs', () => {
  test('are asked for where no pod is available: of the container that ended, or of the one before', async () => {
    const { kube, asked } = reader(() => 'unknown flag: --x\n')
    const pods = [pod('a', 'looping', LOOPING), pod('a', 'again', AGAIN), pod('other', 'elsewhere', LOOPING)]

    const { logs, unseen } = await readLogs(kube, [deployment('a', {})], pods)

    expect(asked).toEqual([
      { pod: 'looping', previous: false },
      { pod: 'again', previous: true },
    ])
    expect(logs).toContainEqual({ pod: 'flux-system/looping', container: 'manager', text: 'unknown flag: --x\n' })
    expect(unseen).toEqual([])
  })

  test('are asked for where a new pod does not start', async () => {
    const { kube, asked } = reader(() => 'x')

    await readLogs(kube, [deployment('a', { availableReplicas: 1, unavailableReplicas: 1 })], [pod('a', 'new', LOOPING)])

    expect(asked).toEqual([{ pod: 'new', previous: false }])
  })

  test.each([
    ['that runs', deployment('a', { availableReplicas: 1 })],
    ['that is scaled to 0', { ...deployment('a', {}), spec: { replicas: 0, selector: { matchLabels: { app: 'a' } } } }],
  ])('are not asked for of a controller %s', async (_what, one) => {
    const { kube, asked } = reader(() => 'x')

    await readLogs(kube, [one], [pod('a', 'looping', LOOPING)])

    expect(asked).toEqual([])
  })

  test('that may not be read are told, and the others are read', async () => {
    let first = true
    const { kube } = reader(() => {
      if (!first) return 'x'
      first = false
      throw failing('kube-forbidden', 'not allowed')
    })

    const { logs, unseen } = await readLogs(kube, [deployment('a', {})], [pod('a', 'one', LOOPING), pod('a', 'two', LOOPING)])

    expect(unseen).toEqual([{ what: 'logs of flux-system/one', why: 'not allowed' }])
    expect(logs).toHaveLength(1)
  })

  test('are asked for of the other container where there are none: it has been started anew since', async () => {
    const answers = ['', 'unknown flag: --x']
    const { kube, asked } = reader(() => answers.shift() ?? '')

    const { logs } = await readLogs(kube, [deployment('a', {})], [pod('a', 'looping', LOOPING)])

    expect(asked.map(({ previous }) => previous)).toEqual([false, true])
    expect(logs).toMatchObject([{ text: 'unknown flag: --x' }])
  })

  test('are kept to their end, and to few pods', async () => {
    const { kube, asked } = reader(() => `${'x'.repeat(100_000)}the end`)
    const pods = Array.from({ length: 50 }, (_, at) => pod('a', `p${at}`, LOOPING))

    const { logs } = await readLogs(kube, [deployment('a', {})], pods)

    expect(asked.length).toBeLessThanOrEqual(6)
    expect(logs[0]?.text.length).toBeLessThanOrEqual(16_384)
    expect(logs[0]?.text).toMatch(/the end$/)
  })
})
