import { describe, expect, it } from 'vitest'
import { readRecord, recordedManifests, releaseBehind, waitForRelease } from '../../../src/actions/helm-release.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { condition, deployment, flux } from '../flux/objects.ts'
import { helmWorld, MANIFEST, recordOf } from '../runbooks/helm-world.ts'

const ID = 'flux-system/flux2'
const goal = { release: ID, chart: '2.19.2', version: '2.9.2', token: 'run-1/helm', timeoutMs: 3000 }
const ready = [condition('True', { observedGeneration: 1 })]
const stalled = [
  condition('False', { reason: 'RetriesExceeded', message: 'Failed to upgrade after 1 attempt(s)', observedGeneration: 1 }),
  condition('True', { type: 'Stalled', reason: 'RetriesExceeded', message: 'Failed to upgrade after 1 attempt(s)', observedGeneration: 1 }),
]
const release = (chartVersion: string, status: string, conditions: unknown[] = ready): KubeObject =>
  flux('HelmRelease', 'flux2', { status: { observedGeneration: 1, history: [{ chartVersion, status }], conditions } })

describe('a HelmRelease', () => {
  it.each([
    ['has another chart', release('2.17.3+0123', 'deployed'), 'has chart 2.17.3+0123'],
    ['is pending', release('2.19.2+0123', 'pending-upgrade'), 'pending-upgrade'],
    ['has failed', release('2.19.2+0123', 'failed', stalled), 'RetriesExceeded'],
  ])('is behind when it %s', (_when, object, why) => {
    expect(releaseBehind(object, '2.19.2')).toContain(why)
  })

  it('is not behind with the chart deployed, whatever digest helm-controller adds to its version', () => {
    expect(releaseBehind(release('2.19.2+0123abcd', 'deployed'), '2.19.2')).toBeUndefined()
  })
})

/** At the new images, given up in the middle of the replacement; `then` stands for the new helm-controller that is asked. */
const givenUp = (then: (object: KubeObject, token: string) => void) => {
  const ctx = helmWorld()
  for (const [component, tag] of [
    ['source-controller', 'v1.9.3'],
    ['kustomize-controller', 'v1.9.3'],
  ] as const)
    ctx.kube.put('deployments', deployment(component, tag))
  const object = ctx.kube.objects.get('helmreleases flux-system/flux2') as KubeObject
  object.status = {
    ...object.status,
    lastAttemptedRevision: '2.19.2+0123',
    history: [{ chartVersion: '2.19.2+0123', status: 'failed' }],
    conditions: stalled,
  }
  ctx.kube.onPatch = ({ body }) => {
    const { annotations } = (body as { metadata: { annotations: Record<string, string> } }).metadata
    object.metadata.annotations = { ...object.metadata.annotations, ...annotations }
    then(object, annotations['reconcile.fluxcd.io/resetAt'] ?? '')
  }
  return ctx
}

describe('waiting for helm-controller', () => {
  it('asks once to begin anew where the retries were used up on the way', async () => {
    const ctx = givenUp((object) => {
      object.status = { ...object.status, history: [{ chartVersion: '2.19.2+0123', status: 'deployed' }], conditions: ready }
    })

    expect(await waitForRelease(ctx, goal)).toEqual({ chart: '2.19.2' })

    expect(ctx.kube.patches.map((each) => each.body)).toEqual([
      { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': goal.token, 'reconcile.fluxcd.io/resetAt': goal.token } } },
    ])
  })

  it('stops in the words of helm-controller where it gives up once more', async () => {
    const ctx = givenUp((object, token) => {
      object.status.lastHandledResetAt = token
    })

    await expect(waitForRelease(ctx, goal)).rejects.toMatchObject({
      code: 'helm-refused',
      message: expect.stringContaining('Failed to upgrade'),
    })
    expect(ctx.kube.patches).toHaveLength(1)
  })

  it('stops early where a new controller crashes, as Helm waits for it and says nothing', async () => {
    const ctx = givenUp(() => undefined)
    const waiting = { name: 'manager', restartCount: 5, state: { waiting: { reason: 'CrashLoopBackOff' } } }
    ctx.kube.put('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'source-controller-1', namespace: 'flux-system' },
      spec: { containers: [{ name: 'manager', image: 'ghcr.io/fluxcd/source-controller:v1.9.3' }] },
      status: { containerStatuses: [waiting] },
    })

    await expect(waitForRelease(ctx, goal)).rejects.toMatchObject({ code: 'rollout-crashed' })
  })

  it('leaves alone what gave up on the chart of before', async () => {
    const ctx = givenUp(() => undefined)
    const object = ctx.kube.objects.get('helmreleases flux-system/flux2') as KubeObject
    object.status.lastAttemptedRevision = '2.17.3+0123'

    await expect(waitForRelease(ctx, goal)).rejects.toMatchObject({ code: 'helm-timeout' })
    expect(ctx.kube.patches).toEqual([])
  })
})

describe('what Helm remembers of a release', () => {
  it('is the manifest that it applied and the values that it was given', async () => {
    const record = await readRecord(helmWorld({ values: { installCRDs: true } }), ID)

    expect(record).toEqual({ manifest: MANIFEST, hooks: ['kind: Job'], values: { installCRDs: true }, namespace: 'flux-system' })
  })

  it('is applied again without Secrets, into the namespace of the release', () => {
    const text = recordedManifests({ manifest: MANIFEST, namespace: 'flux-system' })

    const objects = text.split('---\n').map((each) => JSON.parse(each))
    expect(objects.map((each) => [each.kind, each.metadata.namespace])).toEqual([
      ['ServiceAccount', 'flux-system'],
      ['ClusterRole', undefined],
    ])
    expect(text).not.toContain('s3cret')
  })

  it('is not unpacked beyond what Helm can have packed', async () => {
    const bomb = recordOf({ manifest: ' '.repeat(65 * 1024 * 1024) })

    await expect(readRecord(helmWorld({ record: bomb }), ID)).rejects.toMatchObject({ code: 'release-record-unreadable' })
  })

  it('is quoted by no error', async () => {
    const record = Buffer.from('s3cret').toString('base64')

    const error = await readRecord(helmWorld({ record }), ID).catch((thrown: unknown) => thrown)

    expect(error).toMatchObject({ code: 'release-record-unreadable' })
    expect(JSON.stringify(error)).not.toContain('s3cret')
  })
})
