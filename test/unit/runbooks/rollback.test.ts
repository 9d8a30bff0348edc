import { describe, expect, it } from 'vitest'
import { checks } from '../../../runbooks/rollback/checks.ts'
import type { RecordedUpgrade } from '../../../runbooks/rollback/plan-schema.ts'
import { commitState } from '../../../runbooks/rollback/recorded.ts'
import type { Git } from '../../../src/ports/git.ts'
import type { AccessRequest } from '../../../src/ports/kube.ts'
import type { StoredRun } from '../../../src/ports/runs.ts'
import { crdObject, FakeKube, fakeContext } from '../actions/fakes.ts'

const upgrade = { repo: { root: '/repo', remote: 'origin', branch: 'main' } } as RecordedUpgrade
const run = (...events: object[]): StoredRun =>
  ({ id: 'run-1', dir: '/runs/run-1', tornBytes: 0, lines: events.map((event) => ({ event })) }) as unknown as StoredRun
const upgradeRun = run(
  { type: 'run.started', runbook: 'upgrade' },
  {
    type: 'plan.made',
    plan: {
      clusterUid: 'uid-1',
      namespace: 'flux-system',
      from: '2.7.3',
      to: '2.9.2',
      repo: {
        root: '/repo',
        head: 'a'.repeat(40),
        remote: 'origin',
        branch: 'main',
        url: 'https://git.test/x',
        source: 'flux-system/home',
      },
      installation: { style: 'pin', bases: [], self: null },
      baseline: [],
      kustomizations: [],
    },
  },
)
const pushed = { type: 'step.started', id: 'push' }
const stateOf = (git: Partial<Git>, ...events: object[]) => commitState(fakeContext({ git }), { run: run(...events), upgrade })

describe('the commit of an upgrade that is taken back', () => {
  it('is none when the run never began to push one', async () => {
    expect(await stateOf({ commitsWithTrailer: async () => [] })).toEqual({ state: 'none', commit: null })
  })

  it('is not none when the run pushed one that this clone does not show', async () => {
    await expect(stateOf({ commitsWithTrailer: async () => [] }, pushed)).rejects.toMatchObject({ code: 'commit-lost', exit: 'refused' })
  })

  it('is none when it was dropped by an abandon', async () => {
    const dropped = { type: 'undo.finished', id: 'commit' }

    expect(await stateOf({ commitsWithTrailer: async () => [] }, pushed, dropped)).toEqual({ state: 'none', commit: null })
  })

  it('is not taken for local when the remote has a head that this clone does not know', async () => {
    const git: Partial<Git> = {
      commitsWithTrailer: async (_dir, _ref, key) => (key === 'Flux-Ops-Run' ? ['ours'] : []),
      remoteHead: async () => 'theirs-on-top',
      isAncestor: async () => Promise.reject(new Error('bad object')),
    }

    await expect(stateOf(git)).rejects.toMatchObject({ code: 'remote-unknown', hints: ['git -C /repo fetch origin main'] })
  })
})

describe('rollback check', () => {
  it('permissions names every verb that is missing, of every kind that the way back touches', async () => {
    const kube = new FakeKube()
    const denied = async ({ verb, resource }: AccessRequest) => ({
      allowed: verb !== '*' && !(verb === 'patch' && resource === 'helmreleases'),
    })
    const ctx = { ...fakeContext({ kube }), runs: { list: async () => ['run-1'], read: async () => upgradeRun } }
    Object.assign(kube, { canI: denied })
    kube.put(
      'customresourcedefinitions',
      crdObject('helmreleases', 'helm.toolkit.fluxcd.io', 'HelmRelease', { versions: ['v2'], storage: 'v2', stored: ['v2'] }),
    )

    const result = await checks.find((check) => check.id === 'permissions')?.probe(ctx, { run: 'run-1', timeoutSeconds: 300 })

    expect(result).toMatchObject({ status: 'fail', items: [{ where: 'patch helmreleases.helm.toolkit.fluxcd.io' }] })
  })
})
