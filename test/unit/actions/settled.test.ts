import { describe, expect, it } from 'vitest'
import { settledBaseline } from '../../../src/actions/settled.ts'
import { installedCrd } from '../../../src/flux/installed.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { condition, flux, readyStatus } from '../flux/objects.ts'
import { crdObject, FakeKube, fakeContext } from './fakes.ts'

const GROUP = 'kustomize.toolkit.fluxcd.io'
const crd = crdObject('kustomizations', GROUP, 'Kustomization', { versions: ['v1'], storage: 'v1', stored: ['v1'] })
const crds = [installedCrd(crd)].filter((each) => each !== undefined)
const underWay = (since: string): KubeObject =>
  flux('Kustomization', 'apps', {
    status: { observedGeneration: 1, conditions: [condition('Unknown', { reason: 'Progressing', lastTransitionTime: since })] },
  })

describe('the baseline of a change', () => {
  it('waits a moment for an object that is just being reconciled', async () => {
    const kube = new FakeKube()
    kube.put('kustomizations', flux('Kustomization', 'apps', { status: readyStatus() }))

    const [entry] = await settledBaseline(fakeContext({ kube }), crds, [underWay('2026-11-21T03:11:58Z')])

    expect(entry?.verdict.state).toBe('ready')
  })

  it('takes an object that stays under way as it stands after 15 seconds', async () => {
    const kube = new FakeKube()
    kube.put('kustomizations', underWay('2026-11-21T03:11:58Z'))
    const ctx = fakeContext({ kube })

    const entries = await settledBaseline(ctx, crds, [underWay('2026-11-21T03:11:58Z')])

    expect(entries.map((entry) => entry.verdict.state)).toEqual(['progressing'])
    expect(ctx.clock.now().getTime() - Date.parse('2026-11-21T03:12:00Z')).toBeLessThan(20_000)
  })

  it('does not wait for what has been under way for long', async () => {
    const ctx = fakeContext({ kube: new FakeKube() })

    const entries = await settledBaseline(ctx, crds, [underWay('2026-11-21T01:00:00Z')])

    expect(entries.map((entry) => entry.verdict.state)).toEqual(['progressing'])
    expect(ctx.clock.now()).toEqual(new Date('2026-11-21T03:12:00Z'))
  })
})
