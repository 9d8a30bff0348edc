import { describe, expect, it } from 'vitest'
import { checks } from '../../../runbooks/rollback/checks.ts'
import { rollback } from '../../../runbooks/rollback/index.ts'
import { whyNoFurther } from '../../../runbooks/rollback/plan.ts'
import { revertTrailer } from '../../../runbooks/rollback/plan-facts.ts'
import type { RecordedUpgrade } from '../../../runbooks/rollback/plan-schema.ts'
import { commitState } from '../../../runbooks/rollback/recorded.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Git } from '../../../src/ports/git.ts'
import type { AccessRequest } from '../../../src/ports/kube.ts'
import type { StoredRun } from '../../../src/ports/runs.ts'
import { crdObject, FakeKube, fakeContext } from '../actions/fakes.ts'
import { crdsOf } from '../flux/objects.ts'

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
const stateOf = (git: Partial<Git>, ...events: object[]) =>
  commitState(fakeContext({ git }), { run: run(...events), upgrade, hop: undefined })

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

describe('the way back from a chain of hops', () => {
  const chain = upgradeRun.lines.map(({ event }) =>
    event.type === 'plan.made'
      ? {
          ...event,
          plan: {
            ...(event.plan as object),
            from: '2.6.3',
            hops: [
              { from: '2.6.3', to: '2.7.3' },
              { from: '2.7.3', to: '2.9.2' },
            ],
          },
        }
      : event,
  )
  const events = {
    hop1: [{ type: 'step.started', id: 'push-2-7-3' }],
    proven: [{ type: 'step.finished', id: 'apply-2-7-3', facts: { sha256: 'b'.repeat(64) } }],
    hop2: [{ type: 'step.started', id: 'push-2-9-2' }],
  }
  const context = (...more: object[]) => {
    const stored = run(...chain, ...more)
    const git = {
      commitsWithTrailer: async (_dir: string, _ref: string, key: string, value: string) =>
        key === 'Flux-Ops-Hop' ? [`commit of ${value}`] : [],
      remoteHead: async () => 'commit of run-1/2.9.2',
      isAncestor: async () => true,
      head: async () => 'c'.repeat(40),
    }
    return { ...fakeContext({ git }), runs: { list: async () => ['run-1'], read: async () => stored } }
  }
  const input = { run: 'run-1', timeoutSeconds: 300 }

  it('takes back the last hop that was begun, to the stop before it', async () => {
    const plan = await rollback.plan(context(...events.hop1, ...events.proven, ...events.hop2), input)

    expect(plan).toMatchObject({
      from: '2.9.2',
      to: '2.7.3',
      commit: 'pushed',
      upgradeCommit: 'commit of run-1/2.9.2',
      hop: { to: '2.9.2', manifests: 'manifests/2.7.3.yaml', sha256: 'b'.repeat(64) },
    })
    expect(revertTrailer(plan)).toEqual({ key: 'Flux-Ops-Rollback-Of', value: 'run-1/2.9.2' })
    expect(rollback.describe(plan)[1]).toMatch(/^no further than 2\.7\.3: /)
  })

  it('takes back the first hop to what the backup kept, when no other was begun', async () => {
    const ctx = context(...events.hop1)
    await ctx.files.writeText('/runs/run-1/backup/index.json', JSON.stringify({ files: { 'manifests/old.yaml': 'd'.repeat(64) } }))

    const plan = await rollback.plan(ctx, input)

    expect(plan).toMatchObject({ from: '2.7.3', to: '2.6.3', hop: { to: '2.7.3', manifests: 'manifests/old.yaml', further: '' } })
  })

  it('says by which trailer a revert that a person had to make is known, where others changed the same lines', async () => {
    const ctx = context(...events.hop1, ...events.proven, ...events.hop2)
    const plan = await rollback.plan(ctx, input)
    const conflict = new OpsError({ code: 'git-conflict', message: 'revert: conflict in a.yaml' })
    const git = { ...ctx.git, fetch: async () => 'c'.repeat(40), revert: async () => Promise.reject(conflict) }
    const step = rollback.steps(plan).find(({ id }) => id === 'revert-commit')

    const run = step?.kind === 'write' ? step.run({ ...ctx, git }, { plan, facts: {}, runId: 'run-2' }) : undefined

    await expect(run).rejects.toMatchObject({
      code: 'git-conflict',
      hints: expect.arrayContaining(["git -C /repo commit --trailer 'Flux-Ops-Rollback-Of: run-1/2.9.2'"]),
    })
  })

  it('refuses when nobody wrote down what ran at the stop', async () => {
    await expect(rollback.plan(context(...events.hop1, ...events.hop2), input)).rejects.toMatchObject({ code: 'manifests-missing' })
  })

  it('says which CRD keeps it from going further back', () => {
    const why = whyNoFurther('2.7.3', '2.6.3', crdsOf('2.7.3'))

    expect(why).toMatch(/imagepolicies\.image\.toolkit\.fluxcd\.io stores v1.*which Flux 2\.6\.3 does not have/)
    expect(whyNoFurther('2.8.5', '2.7.3', crdsOf('2.8.5'))).toBe('the hop 2.7.3 → 2.8.5 was proven, and one rollback takes back one hop')
  })
})
