import { describe, expect, it } from 'vitest'
import { type SourceGoal, syncSources } from '../../../src/actions/sync-source.ts'
import { flux, readyStatus } from '../flux/objects.ts'
import { crdObject, FakeKube, fakeContext } from './fakes.ts'

const GROUP = 'source.toolkit.fluxcd.io'
const revision = (letter: string) => ({ artifact: { revision: `main@sha1:${letter.repeat(40)}` } })
const goal: SourceGoal = {
  repo: { root: '/repo', head: 'a'.repeat(40), remote: 'origin', branch: 'main', url: 'https://git.test/x', source: 'flux-system/home' },
  installation: { style: 'pin', bases: [], self: null },
  trailer: { key: 'Flux-Ops-Run', value: 'run-1' },
  tag: 'v2.9.2',
  token: 'run-1/sources',
  timeoutMs: 60_000,
}

const clusterAt = (letter: string): FakeKube => {
  const kube = new FakeKube()
  kube.put(
    'customresourcedefinitions',
    crdObject('gitrepositories', GROUP, 'GitRepository', { versions: ['v1'], storage: 'v1', stored: ['v1'] }),
  )
  kube.put('gitrepositories', flux('GitRepository', 'home', { status: { ...readyStatus(), ...revision(letter) } }))
  return kube
}

describe('waiting for the source', () => {
  it('does not ask the remote at every look', async () => {
    let asked = 0
    const remoteHead = async () => {
      asked += 1
      return 'b'.repeat(40)
    }

    const sync = syncSources(fakeContext({ kube: clusterAt('a'), git: { commitsWithTrailer: async () => [], remoteHead } }), goal)

    await expect(sync).rejects.toMatchObject({ code: 'source-timeout' })
    expect(asked).toBeLessThan(8)
  })

  it('ends when the artifact is of our commit', async () => {
    const git = { commitsWithTrailer: async () => ['c'.repeat(40)] }

    expect(await syncSources(fakeContext({ kube: clusterAt('c'), git }), goal)).toEqual({ revision: `main@sha1:${'c'.repeat(40)}` })
  })

  it('sets the tag again when an apply of the commit before, which was under way, has set it back', async () => {
    const kube = clusterAt('c')
    const crd = crdObject('ocirepositories', GROUP, 'OCIRepository', { versions: ['v1'], storage: 'v1', stored: ['v1'] })
    kube.put('customresourcedefinitions', crd)
    const manifests = flux('OCIRepository', 'flux-manifests', { spec: { ref: { tag: 'v2.7.3' } }, status: readyStatus() })
    kube.put('ocirepositories', manifests)
    const tags: string[] = []
    kube.onPatch = ({ body }) => {
      const { tag } = (body as { spec?: { ref?: { tag?: string } } }).spec?.ref ?? {}
      if (tag === undefined) return
      tags.push(tag)
      const lost = tags.length === 1
      const artifact = { revision: lost ? 'v2.7.3@sha256:1' : `${tag}@sha256:2` }
      kube.put('ocirepositories', { ...manifests, spec: { ref: { tag: lost ? 'v2.7.3' : tag } }, status: { ...readyStatus(), artifact } })
    }
    const installation = {
      style: 'pin' as const,
      bases: [],
      self: { source: 'flux-system/flux-manifests', kustomization: 'flux-system/flux' },
    }

    await syncSources(fakeContext({ kube, git: { commitsWithTrailer: async () => ['c'.repeat(40)] } }), { ...goal, installation })

    expect(tags).toEqual(['v2.9.2', 'v2.9.2'])
  })
})
