import { describe, expect, it } from 'vitest'
import { endWhatIsUnderWay, hold, isReleased, letGo, nothingIsUnderWay } from '../../../src/actions/hold.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { crdObject, FakeKube, fakeContext } from './fakes.ts'

const GROUP = 'kustomize.toolkit.fluxcd.io'
const OWNER = { kind: 'Kustomization', id: 'flux-system/flux' } as const

const cluster = (owner: Partial<KubeObject> & { annotations?: Record<string, string> }): FakeKube => {
  const kube = new FakeKube()
  kube.put(
    'customresourcedefinitions',
    crdObject('kustomizations', GROUP, 'Kustomization', { versions: ['v1'], storage: 'v1', stored: ['v1'] }),
  )
  const { annotations, ...rest } = owner
  kube.put('kustomizations', {
    apiVersion: `${GROUP}/v1`,
    kind: 'Kustomization',
    metadata: { name: 'flux', namespace: 'flux-system', ...(annotations ? { annotations } : {}) },
    ...rest,
  })
  return kube
}

describe('holding Flux', () => {
  it('suspends what applies it and marks that it was us', async () => {
    const kube = cluster({})

    await hold(fakeContext({ kube }), OWNER, 'run-1')

    expect(kube.patches[0]?.body).toEqual({ metadata: { annotations: { 'flux-ops.dev/held-by': 'run-1' } }, spec: { suspend: true } })
  })

  it('never resumes what a person has suspended', async () => {
    const kube = cluster({ spec: { suspend: true } })
    const ctx = fakeContext({ kube })

    await hold(ctx, OWNER, 'run-1')
    await letGo(ctx, OWNER)

    expect(kube.patches).toEqual([])
    expect(await isReleased(ctx, OWNER)).toBe(true)
  })

  it('takes its own suspension and its mark away', async () => {
    const kube = cluster({ spec: { suspend: true }, annotations: { 'flux-ops.dev/held-by': 'run-1' } })

    await letGo(fakeContext({ kube }), OWNER)

    expect(kube.patches[0]?.body).toEqual({ metadata: { annotations: { 'flux-ops.dev/held-by': null } }, spec: { suspend: null } })
  })

  it('is an error, not a pass, when the Kustomization is gone', async () => {
    const kube = new FakeKube()

    await expect(isReleased(fakeContext({ kube }), OWNER)).rejects.toMatchObject({ code: 'object-missing' })
  })
})

describe('what was begun before the hold', () => {
  const HELD_AT = '2026-11-21T10:00:05Z'
  const held = {
    annotations: { 'flux-ops.dev/held-by': 'run-1' },
    managedFields: [
      { manager: 'kustomize-controller', operation: 'Apply', time: '2026-11-21T10:00:09Z', fieldsV1: { 'f:spec': { 'f:path': {} } } },
      { manager: 'flux-ops', operation: 'Update', time: HELD_AT, fieldsV1: { 'f:spec': { 'f:suspend': {} } } },
    ],
  }
  const withPods = (owner: { annotations?: Record<string, string>; managedFields?: object[] }): FakeKube => {
    const kube = cluster({ spec: { suspend: true } })
    const key = 'kustomizations flux-system/flux'
    const object = kube.objects.get(key) as KubeObject
    kube.objects.set(key, { ...object, metadata: { ...object.metadata, ...owner } } as KubeObject)
    const pod = (name: string, image: string, creationTimestamp: string) =>
      kube.put('pods', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'flux-system', uid: name, creationTimestamp },
        spec: { containers: [{ image }] },
      })
    pod('older', 'ghcr.io/fluxcd/kustomize-controller:v1.9.3@sha256:abc', '2026-11-21T09:00:00Z')
    pod('same-second', 'ghcr.io/fluxcd/kustomize-controller:v1.7.2', HELD_AT)
    pod('newer', 'ghcr.io/fluxcd/kustomize-controller:v1.7.2', '2026-11-21T10:00:06Z')
    pod('other', 'ghcr.io/fluxcd/source-controller:v1.7.3', '2026-11-21T09:00:00Z')
    return kube
  }

  it('ends with the processes of kustomize-controller from before it', async () => {
    const kube = withPods(held)
    const ctx = fakeContext({ kube })

    const before = await nothingIsUnderWay(ctx, OWNER)
    const ended = await endWhatIsUnderWay(ctx, OWNER)

    expect([before, await nothingIsUnderWay(ctx, OWNER)]).toEqual([false, true])
    expect(ended).toEqual({ ended: ['older', 'same-second'], left: [] })
    expect([...kube.objects.keys()].filter((key) => key.startsWith('pods '))).toEqual(['pods flux-system/newer', 'pods flux-system/other'])
  })

  it('is left alone where a person had suspended it before: nothing of it is under way', async () => {
    const kube = withPods({})
    const ctx = fakeContext({ kube })

    expect(await endWhatIsUnderWay(ctx, OWNER)).toEqual({ ended: [], left: [] })
    expect(await nothingIsUnderWay(ctx, OWNER)).toBe(true)
  })

  it('does not keep the way back for a pod that never ends, as on a node that is lost', async () => {
    const kube = withPods(held)
    kube.delete = async (_resource, { name }) => void (name === 'older' && kube.objects.delete('pods flux-system/older'))
    const ctx = fakeContext({ kube })
    const start = ctx.clock.now().getTime()

    expect(await endWhatIsUnderWay(ctx, OWNER)).toEqual({ ended: ['older'], left: ['same-second'] })
    expect(ctx.clock.now().getTime() - start).toBe(90_000)
  })
})
