import { describe, expect, it } from 'vitest'
import { asksFor, instanceBehind, instanceManifest, isDisabled, takeBack, waitForOperator } from '../../../src/actions/flux-instance.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { condition, deployment, flux } from '../flux/objects.ts'
import { FakeKube, fakeContext, type Patched } from './fakes.ts'

const ID = 'flux-system/flux'
const ready = condition('True', { observedGeneration: 1 })
const stalled = (message: string) => [
  condition('False', { reason: 'BuildFailed', message, observedGeneration: 1 }),
  condition('True', { type: 'Stalled', reason: 'BuildFailed', message, observedGeneration: 1 }),
]
const instance = (version: string, status: Record<string, unknown> = {}): KubeObject =>
  flux('FluxInstance', 'flux', {
    spec: { distribution: { version, registry: 'ghcr.io/fluxcd' } },
    status: { conditions: [ready], ...status },
  })
const digest = (version: string): string => `v${version}@sha256:abc`

const cluster = (object: KubeObject, ...tags: string[]): FakeKube => {
  const kube = new FakeKube()
  kube.put('fluxinstances', object)
  for (const tag of tags) kube.put('deployments', deployment('source-controller', tag))
  return kube
}
const goal = { instance: ID, version: '2.9.2', token: 'run-1/operator', timeoutMs: 3000 }
const bodies = (kube: FakeKube): unknown[] => kube.patches.map((each) => each.body)

/** Patches change the object, as the API server does; `then` stands for the operator. */
const living = (kube: FakeKube, then: (object: KubeObject, patched: Patched) => void): void => {
  kube.onPatch = (patched) => {
    const object = kube.objects.get('fluxinstances flux-system/flux') as KubeObject
    const { spec, status } = patched.body as { spec?: { distribution: object }; status?: object }
    if (spec) Object.assign(object.spec.distribution, spec.distribution)
    if (status) Object.assign(object.status, status)
    then(object, patched)
  }
}

describe('a FluxInstance', () => {
  it.each([
    ['asks for another version', instance('2.7.3'), 'asks for 2.7.3, not for 2.9.2'],
    [
      'is not ready',
      instance('2.9.2', { conditions: stalled('no match found for semver') }),
      'failed: BuildFailed: no match found for semver',
    ],
    ['has applied another version', instance('2.9.2', { lastAppliedRevision: digest('2.7.3') }), 'has applied 2.7.3, not 2.9.2'],
    ['has applied nothing', instance('2.9.2'), 'has applied nothing, not 2.9.2'],
  ])('is behind when it %s', (_when, object, why) => {
    expect(instanceBehind(object, '2.9.2')).toBe(`FluxInstance ${ID}: ${why}`)
  })

  it('is not behind once it is ready with the version applied', () => {
    expect(instanceBehind(instance('v2.9.2', { lastAppliedRevision: digest('2.9.2') }), '2.9.2')).toBeUndefined()
  })

  it('asks for no version by a range that has it', () => {
    expect(asksFor(instance('2.x'), '2.9.2')).toBe(false)
  })

  it('is kept without what the cluster adds', () => {
    const object = instance('2.7.3')
    object.metadata.uid = 'x'

    expect(instanceManifest(object)).toEqual({
      apiVersion: object.apiVersion,
      kind: 'FluxInstance',
      metadata: { name: 'flux', namespace: 'flux-system' },
      spec: object.spec,
    })
  })

  it('can be switched off', () => {
    const off = flux('FluxInstance', 'flux', { annotations: { 'fluxcd.controlplane.io/reconcile': 'disabled' } })

    expect([isDisabled(off), isDisabled(instance('2.7.3'))]).toEqual([true, false])
  })
})

describe('waiting for the operator', () => {
  it('ends when the controllers are at the version, well or not', async () => {
    const object = instance('2.9.2', { conditions: [condition('Unknown')], lastAttemptedRevision: digest('2.9.2') })

    expect(await waitForOperator(fakeContext({ kube: cluster(object, 'v1.9.3') }), goal)).toEqual({ revision: digest('2.9.2') })
  })

  it('asks it once when it has failed, and says what it last saw', async () => {
    const kube = cluster(
      instance('2.9.2', { conditions: [condition('False', { reason: 'ArtifactFailed', message: 'no registry', observedGeneration: 1 })] }),
      'v1.7.3',
    )

    await expect(waitForOperator(fakeContext({ kube }), goal)).rejects.toMatchObject({
      code: 'operator-timeout',
      message: expect.stringContaining('ArtifactFailed: no registry'),
    })
    expect(bodies(kube)).toEqual([{ metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'run-1/operator' } } }])
  })

  it('leaves it alone while it is at work', async () => {
    const kube = cluster(
      instance('2.9.2', { conditions: [condition('Unknown', { reason: 'Progressing', observedGeneration: 1 })] }),
      'v1.7.3',
    )

    await expect(waitForOperator(fakeContext({ kube }), goal)).rejects.toMatchObject({ code: 'operator-timeout' })
    expect(kube.patches).toEqual([])
  })

  it('asks nobody before the FluxInstance has the version', async () => {
    const kube = cluster(instance('2.7.3'), 'v1.7.3')

    await expect(waitForOperator(fakeContext({ kube }), goal)).rejects.toMatchObject({ message: expect.stringContaining('asks for 2.7.3') })
    expect(kube.patches).toEqual([])
  })

  it('gives up at once when the operator will not try again', async () => {
    const kube = cluster(instance('2.9.2', { conditions: stalled('no match found for semver: 2.9.2') }), 'v1.7.3')

    await expect(waitForOperator(fakeContext({ kube }), goal)).rejects.toMatchObject({
      code: 'operator-refused',
      message: expect.stringContaining('no match found for semver: 2.9.2'),
    })
  })

  it('is an error when the FluxInstance is gone', async () => {
    await expect(waitForOperator(fakeContext({ kube: new FakeKube() }), goal)).rejects.toMatchObject({ code: 'object-missing' })
  })
})

describe('taking the operator back', () => {
  const back = { ...goal, version: '2.7.3' }
  const old = { version: '2.7.3', registry: 'ghcr.io/fluxcd' }

  it('makes it forget the newer version before it asks for the older one', async () => {
    const kube = cluster(instance('2.9.2', { lastAppliedRevision: digest('2.9.2') }), 'v1.9.3')
    living(kube, (_object, { body }) => {
      if ((body as { spec?: unknown }).spec) kube.put('deployments', deployment('source-controller', 'v1.7.3'))
    })

    await takeBack(fakeContext({ kube }), back, old)

    expect(bodies(kube)).toEqual([{ status: { lastAppliedRevision: null } }, { spec: { distribution: old } }])
    expect(kube.patches[0]?.options).toMatchObject({ subresource: 'status' })
  })

  it('leaves its memory alone where the newer version never became the last one applied', async () => {
    const kube = cluster(instance('2.9.2', { lastAppliedRevision: digest('2.7.3') }), 'v1.7.3')
    living(kube, () => undefined)

    await takeBack(fakeContext({ kube }), back, old)

    expect(kube.patches.every((each) => each.options?.subresource === undefined)).toBe(true)
  })

  it('does it again when the operator has remembered the newer version meanwhile', async () => {
    const kube = cluster(instance('2.9.2', { lastAppliedRevision: digest('2.9.2') }), 'v1.9.3')
    living(kube, (object, { body }) => {
      const { spec, metadata } = body as { spec?: unknown; metadata?: unknown }
      // A reconcile of the newer version was still under way.
      const message = 'downgrading from v2.9.2 to v2.7.3 is not supported, reinstall needed'
      if (spec) object.status = { conditions: stalled(message), lastAppliedRevision: digest('2.9.2') }
      if (metadata) kube.put('deployments', deployment('source-controller', 'v1.7.3'))
    })

    await takeBack(fakeContext({ kube }), { ...back, timeoutMs: 60_000 }, old)

    expect(bodies(kube).slice(2)).toEqual([
      { status: { lastAppliedRevision: null } },
      { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': expect.stringMatching(/^run-1\/operator\/\d+$/) } } },
    ])
  })

  it('says the words of an operator that refuses for another reason', async () => {
    const kube = cluster(instance('2.7.3', { conditions: stalled('no match found for semver: 2.7.3') }), 'v1.9.3')
    living(kube, () => undefined)

    await expect(takeBack(fakeContext({ kube }), back, old)).rejects.toMatchObject({
      code: 'operator-refused',
      message: expect.stringContaining('no match'),
    })
  })
})
