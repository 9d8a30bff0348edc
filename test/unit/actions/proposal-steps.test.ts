// The steps around a pull request, as a runbook gets them.
import { beforeEach, describe, expect, test } from 'vitest'
import type { Proposal } from '../../../src/actions/proposal.ts'
import { type Proposing, proposed } from '../../../src/actions/proposal-steps.ts'
import type { ManualStep, Step, View, WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Forge, PullRequest } from '../../../src/ports/forge.ts'
import type { Git } from '../../../src/ports/git.ts'
import { fakeContext } from './fakes.ts'

type Plan = { repo: Proposal['repo'] }

const repo = {
  root: '/repo',
  head: 'a'.repeat(40),
  remote: 'origin',
  branch: 'main',
  url: 'https://git.test/acme/x',
  source: 'flux-system/home',
}
const proposal = (facts: Proposal['facts'] = {}): Proposal => ({
  runId: 'run-1',
  repo,
  forge: { kind: 'gitea', url: 'https://git.test', path: 'acme/x' },
  branch: 'flux-ops/upgrade-run-1',
  trailer: { key: 'Flux-Ops-Run', value: 'run-1' },
  facts,
})
const OPENED = { 'open-pull-request': { number: 7, url: 'https://git.test/acme/x/pulls/7' } }
const pull = (state: PullRequest['state'], more: Partial<PullRequest> = {}): PullRequest => ({
  number: 7,
  url: 'https://git.test/acme/x/pulls/7',
  state,
  ...more,
})

let known: PullRequest | undefined
const forge: Partial<Forge> = { find: async () => known, get: async () => known ?? pull('open') }
beforeEach(() => {
  known = undefined
})

describe('the steps', () => {
  const proposing: Proposing<Plan> = {
    of: (view) => proposal(view.facts),
    title: () => 'Upgrade Flux',
    body: () => '',
    pointOfNoReturn: 'Flux applies it',
    assertMerged: async () => undefined,
  }
  const seen: string[] = []
  const write = (id: string): WriteStep<Plan> => ({
    kind: 'write',
    id,
    title: id,
    why: '',
    preview: () => [id],
    isDone: async () => false,
    run: async (_ctx, view) => {
      seen.push(`${id} ${view.plan.repo.root}`)
      return {}
    },
    undo: async () => void seen.push(`undo ${id}`),
  })
  const steps = proposed<Plan>(
    ['backup', 'pin', 'commit', 'push', 'apply'].map(write),
    { edits: ['migrate', 'pin'], push: 'push' },
    proposing,
  )
  const step = <T extends Step<Plan>>(id: string): T => steps.find((each) => each.id === id) as T
  const view = (facts: Proposal['facts'] = {}): View<Plan> => ({ plan: { repo }, facts, runId: 'run-1' })

  test('put a pull request in the place of the push, and nothing is pushed to the branch', () => {
    expect(steps.map((each) => each.id)).toEqual([
      'backup',
      'worktree',
      'pin',
      'commit',
      'push-branch',
      'open-pull-request',
      'merged',
      'checkout-merge',
      'apply',
      'tidy-clone',
    ])
  })

  test('change files in the work tree only', async () => {
    const ctx = fakeContext()

    for (const id of ['backup', 'pin', 'apply']) await step<WriteStep<Plan>>(id).run(ctx, view())

    expect(seen.splice(0)).toEqual(['backup /repo', 'pin /runs/one/worktree', 'apply /runs/one/worktree'])
  })

  test('undo changes of files by the work tree alone', async () => {
    const removed: string[] = []
    const ctx = fakeContext({ git: { removeWorktree: async (_dir, path) => void removed.push(path) } })

    await step<WriteStep<Plan>>('commit').undo?.(ctx, view())
    await step<WriteStep<Plan>>('worktree').undo?.(ctx, view())

    expect(seen.splice(0)).toEqual([])
    expect(removed).toEqual(['/runs/one/worktree'])
  })

  test.each([
    ['open', false],
    ['merged', true],
  ] as const)('wait while the pull request is %s: done is %s', async (state, done) => {
    known = pull(state)

    expect(await step<ManualStep<Plan>>('merged').isDone(fakeContext({ forge }), view(OPENED))).toBe(done)
  })

  test('do not wait for one that is closed', async () => {
    known = pull('closed')

    await expect(step<ManualStep<Plan>>('merged').isDone(fakeContext({ forge }), view(OPENED))).rejects.toMatchObject({
      code: 'pull-request-closed',
    })
  })

  describe('make a work tree', () => {
    const there = new Map([['/runs/one/worktree/.git', '']])
    const whole: Partial<Git> = { head: async () => repo.head, status: async () => ({ entries: [] }) }
    const isDone = (git: Partial<Git>, files = there) => step<WriteStep<Plan>>('worktree').isDone(fakeContext({ git, files }), view())

    test('once: one that holds all of the commit is there', async () => {
      expect(await isDone(whole)).toBe(true)
    })

    test.each<[string, Partial<Git>, Map<string, string>?]>([
      ['is not there', {}, new Map()],
      ['was killed while its files were written', { ...whole, status: async () => ({ entries: [{ code: 'D ', path: 'a.yaml' }] }) }],
      ['is at another commit', { ...whole, head: async () => 'b'.repeat(40) }],
      [
        'is known to no repository',
        { ...whole, head: async () => Promise.reject(new OpsError({ code: 'git-no-repository', message: '' })) },
      ],
    ])('again where it %s', async (_what, git, files) => {
      expect(await isDone(git, files)).toBe(false)
    })
  })

  describe('push the branch', () => {
    const push = step<WriteStep<Plan>>('push-branch')

    test('once: a run that died before it wrote that down knows its name all the same', async () => {
      const ctx = fakeContext({ git: { remoteHead: async () => 'b'.repeat(40) } })

      expect(await push.isDone(ctx, view())).toBe(true)
      expect(await push.factsWhenDone?.(ctx, view())).toEqual({ branch: 'flux-ops/upgrade-run-1' })
    })

    test('never when what was made is not what is to be proposed', async () => {
      const pushed: string[] = []
      const git: Partial<Git> = { commitsWithTrailer: async () => ['c'], push: async (_dir, _remote, commit) => void pushed.push(commit) }
      const recheck = async (_ctx: unknown, { plan }: View<Plan>) =>
        Promise.reject(new OpsError({ code: 'wrong', message: plan.repo.root }))
      const [wary] = proposed<Plan>([write('pin'), write('push')], { edits: ['pin'], push: 'push' }, { ...proposing, recheck }).slice(2)

      const pushing = (wary as WriteStep<Plan>).run(fakeContext({ git }), view())

      await expect(pushing).rejects.toMatchObject({ code: 'wrong', message: '/runs/one/worktree' })
      expect(pushed).toEqual([])
    })
  })

  test('remove what a removal that was killed has left, and ask nothing of it', async () => {
    const removed: string[] = []
    const head = async (): Promise<string> => Promise.reject(new OpsError({ code: 'git-no-repository', message: '' }))
    const git: Partial<Git> = { head, removeWorktree: async (_dir, path) => void removed.push(path) }
    const ctx = fakeContext({ git, files: new Map([['/runs/one/worktree/a.yaml', '']]) })
    const tidy = step<WriteStep<Plan>>('tidy-clone')

    expect(await tidy.isDone(ctx, view())).toBe(false)
    await tidy.run(ctx, view())

    expect(removed).toEqual(['/runs/one/worktree'])
  })

  test('say where it is and what lies behind the merge', () => {
    const said = step<ManualStep<Plan>>('merged').instructions(view(OPENED)).join('\n')

    expect(said).toContain('https://git.test/acme/x/pulls/7')
    expect(said).toContain('Flux applies it')
    expect(said).toContain('flux-ops runs abandon run-1')
  })

  test('say what an abandon does on the forge', () => {
    const said = ['push-branch', 'open-pull-request'].flatMap((id) => step<WriteStep<Plan>>(id).undoPreview?.(view(OPENED)) ?? [])

    expect(said).toEqual(['delete branch flux-ops/upgrade-run-1 on origin', 'close https://git.test/acme/x/pulls/7 without merging it'])
  })

  test('give the number again when the pull request was opened and never journaled', async () => {
    known = pull('open')
    const open = step<WriteStep<Plan>>('open-pull-request')

    expect(await open.isDone(fakeContext({ forge }), view())).toBe(true)
    expect(await open.factsWhenDone?.(fakeContext({ forge }), view())).toEqual(OPENED['open-pull-request'])
  })
})
