import { describe, expect, it } from 'vitest'
import {
  assertAllPushed,
  commitMessage,
  dropCommit,
  isPushed,
  pushCommit,
  revert,
  runTrailer,
} from '../../../src/actions/commit-and-push.ts'
import type { Repository } from '../../../src/actions/installation.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Git } from '../../../src/ports/git.ts'
import { fakeContext } from './fakes.ts'

const repo: Repository = {
  root: '/repo',
  head: 'a'.repeat(40),
  remote: 'origin',
  branch: 'main',
  url: 'https://git.test/x',
  source: 'flux-system/flux-system',
}
const trailer = runTrailer('run-1')
const raced = () => new OpsError({ code: 'git-raced', message: 'not a fast-forward' })

/** A remote that refuses the first `races` pushes. */
const racingGit = (races: number, calls: string[], theirsHaveIt = false): Partial<Git> => {
  let left = races
  return {
    commitsWithTrailer: async (_dir, ref) => (ref === 'HEAD' || theirsHaveIt ? ['ours'] : []),
    push: async () => {
      calls.push('push')
      if (left-- > 0) throw raced()
    },
    fetch: async () => {
      calls.push('fetch')
      return 'theirs'
    },
    rebase: async () => {
      calls.push('rebase')
      return 'ours'
    },
  }
}

describe('commit and push', () => {
  it('puts trailers behind an empty line', () => {
    expect(commitMessage('Upgrade', [], [trailer])).toBe('Upgrade\n\nFlux-Ops-Run: run-1')
  })

  it('makes no commit on top of one that the remote does not have, as both would be pushed', async () => {
    const clone = (isAncestor: boolean) =>
      fakeContext({ git: { fetch: async () => 'theirs', head: async () => 'mine', isAncestor: async () => isAncestor } })

    await expect(assertAllPushed(clone(false), repo)).rejects.toMatchObject({ code: 'git-unpushed', exit: 'refused' })
    await expect(assertAllPushed(clone(true), repo)).resolves.toBeUndefined()
  })

  it('replays the commit on the new head when somebody was faster', async () => {
    const calls: string[] = []
    let rechecks = 0

    const result = await pushCommit(fakeContext({ git: racingGit(1, calls) }), repo, trailer, async () => void rechecks++)

    expect(calls).toEqual(['push', 'fetch', 'rebase', 'push'])
    expect(result).toEqual({ commit: 'ours', replayed: 1 })
    expect(rechecks).toBe(2)
  })

  it.each([
    ['in the clone by replaying what is committed there', '/repo', 'rebase'],
    ['in a work tree of our own by going there, so that nothing of the person goes along', '/runs/one/worktree', 'checkout'],
  ])('reverts on the newest head, %s', async (_how, root, move) => {
    const calls: string[] = []
    const git: Partial<Git> = {
      fetch: async () => 'theirs',
      head: async () => 'ours',
      isAncestor: async () => true,
      rebase: async (_dir, onto) => `${calls.push(`rebase ${onto}`)}`,
      checkout: async (_dir, commit) => void calls.push(`checkout ${commit}`),
      revert: async (_dir, commit) => `${calls.push(`revert ${commit}`)}`,
    }

    await revert(fakeContext({ git }), { ...repo, root }, 'bad', 'm')

    expect(calls).toEqual([`${move} theirs`, 'revert bad'])
  })

  it('takes back a replay that a kill cut short, and pushes again', async () => {
    const calls: string[] = []
    const git: Partial<Git> = {
      ...racingGit(0, calls),
      rebasing: async () => 'ours',
      commitsWithTrailer: async (_dir, ref) => (ref === 'ours' || calls.includes('abort') ? ['ours'] : []),
      abortRebase: async () => void calls.push('abort'),
    }

    const result = await pushCommit(fakeContext({ git }), repo, trailer, async () => undefined)

    expect(calls).toEqual(['abort', 'push'])
    expect(result.commit).toBe('ours')
  })

  it("leaves a person's own rebase alone", async () => {
    const calls: string[] = []
    const git: Partial<Git> = { ...racingGit(0, calls), rebasing: async () => 'theirs', commitsWithTrailer: async () => [] }

    const push = pushCommit(fakeContext({ git }), repo, trailer, async () => undefined)

    await expect(push).rejects.toMatchObject({ code: 'commit-missing' })
    expect(calls).toEqual([])
  })

  it('asks whether the commit is right where it is before the first push as well: the run may have been killed after a replay', async () => {
    const calls: string[] = []
    const moved = new OpsError({ code: 'repository-moved', message: 'others pushed a removed API version' })

    const push = pushCommit(fakeContext({ git: racingGit(0, calls) }), repo, trailer, async () => Promise.reject(moved))

    await expect(push).rejects.toBe(moved)
    expect(calls).toEqual([])
  })

  it('gives up after three lost races', async () => {
    const calls: string[] = []

    const push = pushCommit(fakeContext({ git: racingGit(9, calls) }), repo, trailer, async () => undefined)

    await expect(push).rejects.toMatchObject({ code: 'git-raced' })
    expect(calls.filter((call) => call === 'push')).toHaveLength(3)
  })

  it('does not push again what the remote took before it was killed', async () => {
    const calls: string[] = []

    await pushCommit(fakeContext({ git: racingGit(1, calls, true) }), repo, trailer, async () => undefined)

    expect(calls).toEqual(['push', 'fetch', 'rebase'])
  })

  it('does not replay what the remote refused', async () => {
    const refused = new OpsError({ code: 'git-rejected', message: 'hook says no' })
    const git: Partial<Git> = { commitsWithTrailer: async () => ['ours'], push: async () => Promise.reject(refused) }

    await expect(pushCommit(fakeContext({ git }), repo, trailer, async () => undefined)).rejects.toBe(refused)
  })

  it('counts a remote head that this clone does not know as not pushed', async () => {
    const git: Partial<Git> = {
      commitsWithTrailer: async () => ['ours'],
      remoteHead: async () => 'unknown',
      isAncestor: async () => Promise.reject(new Error('bad object')),
    }

    expect(await isPushed(fakeContext({ git }), repo, trailer)).toBe(false)
  })

  it('fetches before it drops a commit of which it is not known whether the remote has it', async () => {
    const remoteThat = (holds: boolean, dropped: string[]): Partial<Git> => {
      let fetched = false
      return {
        commitsWithTrailer: async () => ['ours'],
        remoteHead: async () => 'theirs',
        isAncestor: async () => (fetched ? holds : Promise.reject(new Error('bad object'))),
        fetch: async () => {
          fetched = true
          return 'theirs'
        },
        head: async () => 'ours',
        dropTo: async (_dir, commit) => void dropped.push(commit),
      }
    }
    const dropped: string[] = []

    await expect(dropCommit(fakeContext({ git: remoteThat(true, dropped) }), repo, trailer, 'run-1')).rejects.toMatchObject({
      code: 'commit-pushed',
    })
    await dropCommit(fakeContext({ git: remoteThat(false, dropped) }), repo, trailer, 'run-1')

    expect(dropped).toEqual(['ours^'])
  })

  it('refuses to drop a commit that is on the remote', async () => {
    const git: Partial<Git> = { commitsWithTrailer: async () => ['ours'], remoteHead: async () => 'ours' }

    const drop = dropCommit(fakeContext({ git }), repo, trailer, 'run-1')

    await expect(drop).rejects.toMatchObject({ code: 'commit-pushed', exit: 'refused' })
  })

  const revertingGit = (isBehind: boolean, calls: string[]): Partial<Git> => ({
    fetch: async () => 'theirs',
    head: async () => 'mine',
    isAncestor: async () => isBehind,
    rebase: async (_dir, onto) => {
      calls.push(`rebase ${onto}`)
      return onto
    },
    revert: async (_dir, commit) => {
      calls.push(`revert ${commit}`)
      return 'reverted'
    },
  })

  it('reverts on the newest head of the branch', async () => {
    const calls: string[] = []

    await revert(fakeContext({ git: revertingGit(true, calls) }), repo, 'ours', 'Go back')

    expect(calls).toEqual(['rebase theirs', 'revert ours'])
  })

  it("pushes no commits of a person's own along with a revert: it refuses and says which they are", async () => {
    const calls: string[] = []

    const reverted = revert(fakeContext({ git: revertingGit(false, calls) }), repo, 'ours', 'Go back')

    await expect(reverted).rejects.toMatchObject({
      code: 'git-unpushed',
      exit: 'refused',
      hints: [expect.stringContaining('log'), expect.anything()],
    })
    expect(calls).toEqual([])
  })
})
