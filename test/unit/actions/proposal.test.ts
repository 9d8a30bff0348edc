// What the steps around a pull request do, against a forge and a git of a few lines.
import { beforeEach, describe, expect, test } from 'vitest'
import type { Proposal } from '../../../src/actions/proposal.ts'
import { assertNotClosed, assertUnmerged, bringForward, openOnce, pullRequestOf, takeMerge } from '../../../src/actions/proposal.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Forge, PullRequest } from '../../../src/ports/forge.ts'
import type { Git } from '../../../src/ports/git.ts'
import { fakeContext } from './fakes.ts'

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

let opened: string[]
let known: PullRequest | undefined
const forge: Partial<Forge> = {
  find: async () => known,
  get: async () => known ?? pull('open'),
  open: async (_repo, { title }) => {
    opened.push(title)
    known = pull('open')
    return known
  },
}
beforeEach(() => {
  opened = []
  known = undefined
})
const text = { title: 'Upgrade Flux', body: '' }

describe('opening', () => {
  test('opens one pull request, and finds it the second time', async () => {
    const ctx = fakeContext({ forge })

    await openOnce(ctx, proposal(), text)
    const again = await openOnce(ctx, proposal(), text)

    expect(opened).toEqual(['Upgrade Flux'])
    expect(again.number).toBe(7)
  })

  test('takes the one that was opened between the look and the call', async () => {
    let looks = 0
    const raced: Partial<Forge> = {
      find: async () => (looks++ === 0 ? undefined : pull('open')),
      open: async () => Promise.reject(new OpsError({ code: 'forge-exists', message: 'already exists' })),
    }

    expect((await openOnce(fakeContext({ forge: raced }), proposal(), text)).number).toBe(7)
  })

  test('gives every other failure on', async () => {
    const failing: Partial<Forge> = { ...forge, open: async () => Promise.reject(new OpsError({ code: 'forge-auth', message: 'no' })) }

    await expect(openOnce(fakeContext({ forge: failing }), proposal(), text)).rejects.toMatchObject({ code: 'forge-auth' })
  })
})

describe('a pull request that is known', () => {
  test('is asked for by its number: its branch may be gone', async () => {
    const asked: string[] = []
    const noting: Partial<Forge> = {
      find: async () => void asked.push('find'),
      get: async (_repo, number) => {
        asked.push(`get ${number}`)
        return pull('merged')
      },
    }

    await pullRequestOf(fakeContext({ forge: noting }), proposal(OPENED))
    await pullRequestOf(fakeContext({ forge: noting }), proposal())

    expect(asked).toEqual(['get 7', 'find'])
  })

  test('stops a run when it was closed unmerged, and names both ways on', async () => {
    known = pull('closed')

    await expect(assertNotClosed(fakeContext({ forge }), proposal(OPENED))).rejects.toMatchObject({
      code: 'pull-request-closed',
      exit: 'refused',
      hints: [expect.stringContaining('flux-ops runs abandon run-1'), expect.stringContaining('flux-ops runs resume run-1')],
    })
  })

  test.each([
    ['open', OPENED],
    ['merged', OPENED],
    ['closed', { ...OPENED, 'checkout-merge': { head: 'b' } }],
  ] as const)('that is %s, or was taken already, does not', async (state, facts) => {
    known = pull(state)

    await expect(assertNotClosed(fakeContext({ forge }), proposal(facts))).resolves.toBeUndefined()
  })

  test('that is merged cannot be abandoned any more', async () => {
    known = pull('merged')

    await expect(assertUnmerged(fakeContext({ forge }), proposal(OPENED))).rejects.toMatchObject({
      code: 'pull-request-merged',
      exit: 'refused',
      hints: expect.arrayContaining(['flux-ops runs resume run-1']),
    })
  })
})

describe('taking the merge', () => {
  const theirs = 'b'.repeat(40)
  const gitOf = (more: Partial<Git>, done: string[] = []): Partial<Git> => ({
    fetch: async () => theirs,
    addWorktree: async (_dir, path, commit) => void done.push(`add ${path} ${commit.slice(0, 1)}`),
    checkout: async (dir, commit) => void done.push(`checkout ${dir} ${commit.slice(0, 1)}`),
    isAncestor: async () => true,
    ...more,
  })

  test('puts the work tree to the head of the branch', async () => {
    const done: string[] = []
    const ctx = fakeContext({ forge, git: gitOf({}, done), files: new Map([['/runs/one/worktree/.git', '']]) })

    expect(await takeMerge(ctx, proposal(OPENED), pull('merged', { commit: 'c'.repeat(40) }))).toBe(theirs)
    expect(done).toEqual(['checkout /runs/one/worktree b'])
  })

  test('makes the work tree again when somebody removed it while the run waited', async () => {
    const done: string[] = []

    await takeMerge(fakeContext({ forge, git: gitOf({}, done) }), proposal(OPENED), pull('merged'))

    expect(done).toEqual(['add /runs/one/worktree b'])
  })

  test('refuses a merge that is not on the branch', async () => {
    const ctx = fakeContext({ git: gitOf({ isAncestor: async () => Promise.reject(new Error('bad object')) }) })

    await expect(takeMerge(ctx, proposal(OPENED), pull('merged', { commit: 'c'.repeat(40) }))).rejects.toMatchObject({
      code: 'merge-not-on-branch',
    })
  })
})

describe('the clone of the person at the end', () => {
  const at = 'a'.repeat(40)
  const head = 'b'.repeat(40)
  const gitOf = (more: Partial<Git>, moved: string[] = []): Partial<Git> => ({
    head: async () => at,
    upstream: async () => ({ remote: 'origin', branch: 'main', url: '' }),
    status: async () => ({ entries: [] }),
    isAncestor: async () => true,
    fastForward: async (_dir, commit) => void moved.push(commit),
    ...more,
  })

  test('moves forward when it is clean and on the branch', async () => {
    const moved: string[] = []

    expect(await bringForward(fakeContext({ git: gitOf({}, moved) }), repo, head)).toBe('/repo moved forward to bbbbbbbbbb')
    expect(moved).toEqual([head])
  })

  test.each<[string, Partial<Git>]>([
    ['another branch than main is checked out', { upstream: async () => ({ remote: 'origin', branch: 'other', url: '' }) }],
    ['it has changes of its own', { status: async () => ({ entries: [{ code: ' M', path: 'a' }] }) }],
    ['it has commits that origin/main does not have', { isAncestor: async () => false }],
  ])('is left as it is when %s', async (why, more) => {
    const moved: string[] = []

    expect(await bringForward(fakeContext({ git: gitOf(more, moved) }), repo, head)).toBe(`/repo is left as it is: ${why}`)
    expect(moved).toEqual([])
  })
})
