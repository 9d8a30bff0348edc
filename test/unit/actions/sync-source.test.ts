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
})
