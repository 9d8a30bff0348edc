import { expect, test } from 'vitest'
import { completed, PENDING, podStatus } from '../../../src/sandbox/node-agent/pod-status.ts'
import type { ContainerView, Pod, PodStatus } from '../../../src/sandbox/node-agent/pod-types.ts'

const running: ContainerView = { state: { running: { startedAt: 't0' } }, lastState: {}, ready: true, restartCount: 0 }

const status = (view: ContainerView, more: { restartPolicy?: string; before?: PodStatus; now?: string } = {}): PodStatus => {
  const spec = {
    containers: [{ name: 'c', image: 'i' }],
    ...(more.restartPolicy === undefined ? {} : { restartPolicy: more.restartPolicy }),
  }
  const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n', uid: 'u' }, spec }
  const known = more.before === undefined ? pod : { ...pod, status: more.before }
  return podStatus({ pod: known, podIP: '10.244.0.1', containers: { c: view }, now: more.now ?? 't1' })
}

const ready = (found: PodStatus) => found.conditions?.find((condition) => condition.type === 'Ready')

test('a pod is ready when all of its containers are', () => {
  expect(status(running).phase).toBe('Running')
  expect(ready(status(running))?.status).toBe('True')
  expect(ready(status({ ...running, ready: false }))?.status).toBe('False')
})

test('a pod is pending until its container has started once, and running while it is started again', () => {
  const waiting = { ...PENDING, state: { waiting: { reason: 'CrashLoopBackOff' } } }

  expect(status(PENDING).phase).toBe('Pending')
  expect(status({ ...waiting, restartCount: 1 }).phase).toBe('Running')
})

test('the time of a condition moves only with its status', () => {
  const before = status(running, { now: 't1' })

  expect(ready(status(running, { before, now: 't2' }))?.lastTransitionTime).toBe('t1')
  expect(ready(status({ ...running, ready: false }, { before, now: 't2' }))?.lastTransitionTime).toBe('t2')
})

test('a container that ended for good ends its pod', () => {
  const failed = { ...completed('t0'), state: { terminated: { exitCode: 1, reason: 'Error', startedAt: 't0', finishedAt: 't0' } } }

  expect(status(completed('t0'), { restartPolicy: 'Never' }).phase).toBe('Succeeded')
  expect(status(failed, { restartPolicy: 'Never' }).phase).toBe('Failed')
})
