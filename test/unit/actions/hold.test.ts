import { describe, expect, it } from 'vitest'
import { hold, isReleased, letGo } from '../../../src/actions/hold.ts'
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
