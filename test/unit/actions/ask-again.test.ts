import { describe, expect, it } from 'vitest'
import { askingAgain, type Carried } from '../../../src/actions/ask-again.ts'
import { OpsError } from '../../../src/errors.ts'
import { flux } from '../flux/objects.ts'
import { crdObject, FakeKube, fakeContext } from './fakes.ts'

const OURS = 'c'.repeat(40)
const carried: Carried = {
  appliers: [
    { kind: 'HelmRelease', id: 'flux-system/flux2' },
    { kind: 'Kustomization', id: 'flux-system/flux' },
  ],
  repo: { root: '/repo', head: 'a'.repeat(40), remote: 'origin', branch: 'main', url: 'https://git.test/x', source: 'flux-system/home' },
  trailer: { key: 'Flux-Ops-Run', value: 'run-1' },
  token: 'run-1/helm',
}

/** Seconds after the start at which it is looked; what was asked, and when. */
async function asked(
  looks: readonly number[],
  commit: string,
  spec: object = {},
  remoteHead: () => Promise<string> = async () => 'd'.repeat(40),
): Promise<string[]> {
  const kube = new FakeKube()
  const crd = crdObject('kustomizations', 'kustomize.toolkit.fluxcd.io', 'Kustomization', {
    versions: ['v1'],
    storage: 'v1',
    stored: ['v1'],
  })
  kube.put('customresourcedefinitions', crd)
  const status = { lastAppliedRevision: `main@sha1:${commit}` }
  kube.put('kustomizations', flux('Kustomization', 'flux', { spec: { sourceRef: { kind: 'GitRepository' }, ...spec }, status }))
  const git = { commitsWithTrailer: async () => [OURS], remoteHead }
  const ctx = fakeContext({ kube, git })
  const start = ctx.clock.now().getTime()
  const again = askingAgain(ctx, carried)
  for (const second of looks) {
    await ctx.clock.sleep(start + second * 1000 - ctx.clock.now().getTime(), ctx.signal)
    await again()
  }
  return kube.patches.map(({ name, body }) => {
    const { annotations } = (body as { metadata: { annotations: Record<string, string> } }).metadata
    const at = Number(annotations['reconcile.fluxcd.io/requestedAt']?.replace('run-1/helm/', '')) - start
    return `${name.name} ${at / 1000} s`
  })
}

describe('what carries the version to Flux', () => {
  it('is asked again every 30 s while it has not applied the commit, and a HelmRelease never', async () => {
    expect(await asked([0, 1, 29, 30, 31, 59, 60], 'b'.repeat(40))).toEqual(['flux 30 s', 'flux 60 s'])
  })

  it('is asked also where the remote does not answer: that ends no wait', async () => {
    const silent = async () => Promise.reject(new OpsError({ code: 'git-unreachable', message: 'no answer' }))

    expect(await asked([30], 'b'.repeat(40), {}, silent)).toEqual(['flux 30 s'])
  })

  it('is left alone once it has', async () => {
    expect(await asked([30, 60], OURS)).toEqual([])
  })

  it('is left alone where a person has suspended it, or where it does not follow the repository', async () => {
    expect(await asked([30, 60], 'b'.repeat(40), { suspend: true })).toEqual([])
    expect(await asked([30, 60], 'b'.repeat(40), { sourceRef: { kind: 'OCIRepository' } })).toEqual([])
  })
})
