import { describe, expect, it } from 'vitest'
import { brokenContainer, rolloutState, shortImage, waitForRollout, wantedImages } from '../../../src/actions/rollout.ts'
import { release } from '../../../src/flux/catalogue/index.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { FakeKube, fakeContext } from './fakes.ts'

const tagOf = (version: string): string => release(version).controllers.find((each) => each.component === 'source-controller')?.tag ?? ''
const NEW = `source-controller:${tagOf('2.9.2')}`
const OLD = `source-controller:${tagOf('2.7.3')}`

const deployment = (image: string, status: object): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'source-controller', namespace: 'flux-system', generation: 2 },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'source-controller' } },
    template: { spec: { containers: [{ name: 'manager', image: `ghcr.io/fluxcd/${image}` }] } },
  },
  status,
})
const done = { observedGeneration: 2, updatedReplicas: 1, availableReplicas: 1 }

const pod = (name: string, image: string, container: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'flux-system', labels: { app: 'source-controller' } },
  spec: { containers: [{ name: 'manager', image: `ghcr.io/fluxcd/${image}` }] },
  status: { containerStatuses: [{ name: 'manager', ...container }] },
})
const crashing = {
  restartCount: 2,
  state: { waiting: { reason: 'CrashLoopBackOff' } },
  lastState: { terminated: { message: 'flag provided but not defined' } },
}

describe('rollout', () => {
  it.each([
    ['ghcr.io/fluxcd/source-controller:v1.9.3', 'source-controller:v1.9.3'],
    ['registry.local:5000/mirror/source-controller:v1.9.3@sha256:00', 'source-controller:v1.9.3'],
  ])('knows %s by name and tag', (image, short) => {
    expect(shortImage(image)).toBe(short)
  })

  it('awaits a shard, whose Deployment has a name of its own', () => {
    const shard = deployment(OLD, done)
    shard.metadata.name = 'source-controller-shard1'

    expect(wantedImages([shard], '2.9.2').get('source-controller-shard1')).toBe(NEW)
  })

  it('is over when only ready pods of the new image are left', () => {
    expect(rolloutState(deployment(NEW, done), [pod('a', NEW)], NEW).done).toBe(true)
  })

  it('is not over while an old pod is still there', () => {
    const state = rolloutState(deployment(NEW, done), [pod('a', NEW), pod('b', OLD)], NEW)

    expect(state).toEqual({ name: 'source-controller', done: false, saw: 'source-controller 1 old pod still there' })
  })

  it('is not over while a pod of the same image but of an earlier template is still there', () => {
    const state = rolloutState(deployment(NEW, done), [pod('a', NEW), pod('b', NEW)], NEW)

    expect(state).toEqual({ name: 'source-controller', done: false, saw: 'source-controller 1 pod of an earlier template still there' })
  })

  it('does not wait for an evicted pod that nobody removes', () => {
    const evicted = { ...pod('b', OLD), status: { phase: 'Failed', reason: 'Evicted' } }

    expect(rolloutState(deployment(NEW, done), [pod('a', NEW), evicted], NEW).done).toBe(true)
  })

  it('is not over before the controller has seen the new generation', () => {
    expect(rolloutState(deployment(NEW, { ...done, observedGeneration: 1 }), [], NEW).done).toBe(false)
  })

  it('does not blame a crashing pod of the old image', () => {
    expect(brokenContainer(pod('a', OLD, crashing), NEW)).toBeUndefined()
  })

  it('fails at once when the new controller crash-loops, with its last log lines', async () => {
    const kube = new FakeKube()
    kube.put('deployments', deployment(NEW, { ...done, availableReplicas: 0 }))
    kube.put('pods', pod('a', NEW, crashing))
    kube.log = 'starting\nflag provided but not defined: -bad\n'

    const wait = waitForRollout(fakeContext({ kube }), '2.9.2', 60_000)

    await expect(wait).rejects.toMatchObject({
      code: 'rollout-crashed',
      message: expect.stringContaining('flag provided but not defined: -bad'),
    })
  })

  it('gives a registry that fails some time before it gives up', async () => {
    const kube = new FakeKube()
    kube.put('deployments', deployment(NEW, { ...done, availableReplicas: 0 }))
    kube.put('pods', pod('a', NEW, { state: { waiting: { reason: 'ErrImagePull', message: 'not found' } } }))
    const ctx = fakeContext({ kube })

    await expect(waitForRollout(ctx, '2.9.2', 300_000)).rejects.toMatchObject({ code: 'rollout-crashed' })
    expect(ctx.seen.length).toBeGreaterThan(10)
  })

  it('says what it saw last when the time is over', async () => {
    const kube = new FakeKube()
    kube.put('deployments', deployment(OLD, done))

    const wait = waitForRollout(fakeContext({ kube }), '2.9.2', 5_000)

    await expect(wait).rejects.toMatchObject({ code: 'rollout-timeout', message: expect.stringContaining(`is still at ${OLD}`) })
  })
})
