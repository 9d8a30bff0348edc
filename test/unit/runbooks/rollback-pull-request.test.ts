// Taking an upgrade back that went by a pull request.
import { describe, expect, test } from 'vitest'
import { pullRequestPart } from '../../../runbooks/rollback/plan.ts'
import { planSchema, type RecordedUpgrade, type RollbackPlan, recordedUpgrade } from '../../../runbooks/rollback/plan-schema.ts'
import { proposing } from '../../../runbooks/rollback/pull-request.ts'
import { commitState } from '../../../runbooks/rollback/recorded.ts'
import { push as pushStep } from '../../../runbooks/rollback/steps/commit.ts'
import { rollbackSteps } from '../../../runbooks/rollback/steps.ts'
import type { View } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { PullRequest } from '../../../src/ports/forge.ts'
import type { Git } from '../../../src/ports/git.ts'
import type { StoredRun } from '../../../src/ports/runs.ts'
import { fakeContext } from '../actions/fakes.ts'

const MERGED = 'c'.repeat(40)
const shared = {
  clusterUid: 'uid-1',
  namespace: 'flux-system',
  from: '2.7.3',
  to: '2.9.2',
  repo: {
    root: '/repo',
    head: 'a'.repeat(40),
    remote: 'origin',
    branch: 'main',
    url: 'https://git.test/acme/x',
    source: 'flux-system/home',
  },
  installation: { style: 'pin', bases: [], self: { source: 'flux-system/flux', kustomization: 'flux-system/flux' } },
  baseline: [],
  kustomizations: [],
  pullRequest: { kind: 'gitea', url: 'https://git.test', path: 'acme/x' },
} as const
const upgrade: RecordedUpgrade = recordedUpgrade.parse(shared)

const finished = (id: string, facts: object): object => ({ type: 'step.finished', id, facts, already: false })
const PUSHED = finished('push-branch', { branch: 'flux-ops/one', commit: 'b' })
const OPENED = finished('open-pull-request', { number: 7, url: 'https://git.test/acme/x/pulls/7' })
const run = (...events: object[]): StoredRun =>
  ({ id: 'run-1', dir: '/runs/run-1', tornBytes: 0, lines: events.map((event) => ({ event })) }) as unknown as StoredRun
const stateOf = (git: Partial<Git>, pull: Partial<PullRequest> | undefined, ...events: object[]) =>
  commitState(
    fakeContext({ git, forge: { get: async () => ({ number: 7, url: 'u', state: 'open', ...pull }), find: async () => undefined } }),
    { run: run(...events), upgrade, hop: undefined },
  )
const squashed: Partial<Git> = { commitsWithTrailer: async () => [], isAncestor: async () => true }

describe('a revert as a pull request', () => {
  const { pullRequest, ...pushed } = upgrade

  test('goes to the forge of the upgrade, unless it is to be pushed', async () => {
    expect(await pullRequestPart(fakeContext(), { run: 'run-1' }, upgrade)).toEqual({ pullRequest })
    expect(await pullRequestPart(fakeContext(), { run: 'run-1', pullRequest: false }, upgrade)).toEqual({})
    expect(await pullRequestPart(fakeContext(), { run: 'run-1' }, pushed)).toEqual({})
  })
})

describe('the commit of an upgrade that went by a pull request', () => {
  test('is none when no branch was pushed', async () => {
    expect(await stateOf(squashed, undefined)).toEqual({ state: 'none', commit: null })
  })

  test('is the one with the trailer where the merge kept it', async () => {
    const git: Partial<Git> = { commitsWithTrailer: async (_dir, _ref, key) => (key === 'Flux-Ops-Run' ? ['ours'] : []) }

    const state = await stateOf(git, undefined, PUSHED, OPENED, finished('checkout-merge', { commit: MERGED, head: 'd' }))

    expect(state).toEqual({ state: 'pushed', commit: 'ours' })
  })

  test('is the one that the forge named where a squash lost the trailer', async () => {
    const state = await stateOf(squashed, undefined, PUSHED, OPENED, finished('checkout-merge', { commit: MERGED, head: 'd' }))

    expect(state).toEqual({ state: 'pushed', commit: MERGED })
  })

  test('is asked of the forge when the run never went on behind the merge', async () => {
    expect(await stateOf(squashed, { state: 'merged', commit: MERGED }, PUSHED, OPENED)).toEqual({ state: 'pushed', commit: MERGED })
  })

  test('is not none where the run died between the push of the branch and the line that names it', async () => {
    const state = await stateOf(squashed, { state: 'merged', commit: MERGED }, finished('push-branch', {}), OPENED)

    expect(state).toEqual({ state: 'pushed', commit: MERGED })
  })

  test.each(['open', 'closed'] as const)('is nothing to be reverted while the pull request is %s', async (state) => {
    await expect(stateOf(squashed, { state }, PUSHED, OPENED)).rejects.toMatchObject({
      code: 'pull-request-open',
      hints: ['flux-ops runs abandon run-1'],
    })
  })

  test('is not taken for none when the clone does not have the merge', async () => {
    const git: Partial<Git> = { commitsWithTrailer: async () => [], isAncestor: async () => Promise.reject(new Error('bad object')) }

    await expect(stateOf(git, { state: 'merged', commit: MERGED }, PUSHED, OPENED)).rejects.toMatchObject({
      code: 'commit-lost',
      hints: ['git -C /repo pull --ff-only'],
    })
  })
})

describe('a rollback by pull request', () => {
  const plan: RollbackPlan = planSchema.parse({
    ...shared,
    context: 'test',
    upgradeRun: 'run-1',
    upgradeDir: '/runs/run-1',
    commit: 'pushed',
    upgradeCommit: MERGED,
    timeoutMs: 1000,
    madeAt: '2026-11-21T03:12:00Z',
  })
  const ids = (of: RollbackPlan): string[] => rollbackSteps(of).map((step) => step.id)

  const still = (version: string): Map<string, string> =>
    new Map([['/repo/cluster/k.yaml', `kind: Kustomization\nresources:\n  - github.com/fluxcd/flux2/manifests/install?ref=v${version}\n`]])
  const pinned: RollbackPlan = { ...plan, from: '2.9.2', to: '2.7.3', pins: [{ file: 'cluster/k.yaml' }] }
  const view: View<RollbackPlan> = { plan: pinned, facts: {}, runId: 'run-2' }

  test('proposes no revert that leaves the newer version: a forge may have named another commit', async () => {
    await expect(proposing(pinned).recheck?.(fakeContext({ files: still('2.9.2') }), view)).rejects.toMatchObject({
      code: 'revert-differs',
      message: expect.stringContaining('cluster/k.yaml:3  pinned to v2.9.2'),
    })
    await expect(proposing(pinned).recheck?.(fakeContext({ files: still('2.7.3') }), view)).resolves.toBeUndefined()
  })

  test('does not take a file that cannot be read for reverted', async () => {
    const ctx = fakeContext({ files: still('2.7.3') })
    const readText = async () => Promise.reject(new OpsError({ code: 'file-unreadable', message: 'permission denied' }))

    const recheck = proposing(pinned).recheck?.({ ...ctx, files: { ...ctx.files, readText } }, view)

    await expect(recheck).rejects.toMatchObject({ code: 'revert-differs', message: expect.stringContaining('permission denied') })
  })

  test('pushes no such revert either', async () => {
    const pushed: string[] = []
    const git: Partial<Git> = { commitsWithTrailer: async () => ['c'], push: async (_dir, _remote, commit) => void pushed.push(commit) }
    const push = (version: string) => pushStep.run(fakeContext({ git, files: still(version) }), view)

    await expect(push('2.9.2')).rejects.toMatchObject({ code: 'revert-differs' })
    expect(pushed).toEqual([])
    await push('2.7.3')
    expect(pushed).toEqual(['c'])
  })

  test('says in its text what it reverts, what the merge does, and how to go on or back', () => {
    const text = proposing(pinned).body(view)

    for (const part of ['`2.7.3`', '`2.9.2`', MERGED, '▲ `Flux applies the older version']) expect(text).toContain(part)
    for (const command of ['runs resume', 'runs abandon']) expect(text).toContain(`flux-ops ${command} run-2`)
  })

  test('holds Flux from the merge on, not while a person is waited for', () => {
    expect(ids(plan).slice(0, 8)).toEqual([
      'worktree',
      'revert-commit',
      'push-branch',
      'open-pull-request',
      'merged',
      'checkout-merge',
      'hold',
      'apply-old',
    ])
    expect(ids(plan)).not.toContain('push')
  })

  test('is none where the revert is there already, or nothing was committed', () => {
    for (const commit of ['reverted', 'none'] as const) expect(ids({ ...plan, commit })).not.toContain('open-pull-request')
  })

  test('leaves plans of before as they were: hold, then push', () => {
    const { pullRequest: _none, pins: _pins, ...old } = plan

    expect(ids(planSchema.parse(old)).slice(0, 4)).toEqual(['revert-commit', 'hold', 'push', 'apply-old'])
  })
})
