import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type GitDesk, gitDesk } from './git-desk.ts'

let desk: GitDesk
let path: string
let head: string

beforeEach(async () => {
  desk = await gitDesk()
  path = join(dirname(desk.clone), 'state', 'run 1', 'worktree')
  await mkdir(dirname(path), { recursive: true })
  head = desk.run(['rev-parse', 'HEAD'])
})
afterEach(() => desk.remove())

const worktrees = (): number => desk.run(['worktree', 'list', '--porcelain']).split('\n\n').length

describe('a work tree of our own', () => {
  test('is on no branch, and leaves the person’s checkout with what they have in it', async () => {
    await desk.write('mine.txt', 'unsaved\n')

    await desk.git.addWorktree(desk.clone, path, head)
    await desk.write('b.yaml', 'two: 2\n', path)
    const commit = await desk.git.commit(path, 'Ours', ['b.yaml'])

    expect(await desk.git.branch(path)).toBeUndefined()
    expect(desk.run(['rev-parse', 'HEAD'])).toBe(head)
    expect(desk.run(['branch', '--show-current'])).toBe('main')
    expect(desk.run(['status', '--porcelain'])).toBe('?? mine.txt')
    expect(desk.run(['rev-parse', `${commit}^`])).toBe(head)
  })

  test('is made anew over what a killed making has left', async () => {
    await desk.git.addWorktree(desk.clone, path, head)
    desk.run(['worktree', 'lock', '--reason', 'initializing', path])
    await writeFile(join(path, 'half.txt'), 'half')

    await desk.git.addWorktree(desk.clone, path, head)

    expect(existsSync(join(path, 'half.txt'))).toBe(false)
    expect(desk.run(['status', '--porcelain'], path)).toBe('')
    expect(worktrees()).toBe(2)
  })

  test('is made where a folder stands that git knows nothing of', async () => {
    await mkdir(path)
    await writeFile(join(path, 'half.txt'), 'half')

    await desk.git.addWorktree(desk.clone, path, head)

    expect(desk.run(['rev-parse', 'HEAD'], path)).toBe(head)
  })

  test('goes with all that is in it, and twice is no error', async () => {
    await desk.git.addWorktree(desk.clone, path, head)
    await desk.write('b.yaml', 'two: 2\n', path)

    await desk.git.removeWorktree(desk.clone, path)
    await desk.git.removeWorktree(desk.clone, path)

    expect(existsSync(path)).toBe(false)
    expect(worktrees()).toBe(1)
  })

  test('follows to another commit', async () => {
    const next = await desk.commit('a.yaml', 'one: 2\n', 'second')
    await desk.git.addWorktree(desk.clone, path, head)

    await desk.git.checkout(path, next)

    expect(desk.run(['rev-parse', 'HEAD'], path)).toBe(next)
  })
})

describe('a branch of the person', () => {
  test('is moved forward to a commit that comes after it', async () => {
    const next = await desk.commit('a.yaml', 'one: 2\n', 'second')
    desk.run(['reset', '--hard', '--quiet', head])

    await desk.git.fastForward(desk.clone, next)

    expect(desk.run(['rev-parse', 'main'])).toBe(next)
  })

  test('is not moved to a commit beside it', async () => {
    const theirs = await desk.commit('a.yaml', 'one: 2\n', 'theirs')
    desk.run(['reset', '--hard', '--quiet', head])
    const mine = await desk.commit('a.yaml', 'one: 3\n', 'mine')

    await expect(desk.git.fastForward(desk.clone, theirs)).rejects.toMatchObject({ code: 'git-failed' })
    expect(desk.run(['rev-parse', 'main'])).toBe(mine)
  })
})

describe('a branch on the remote', () => {
  test('is deleted, and once it is gone that is no error', async () => {
    await desk.git.push(desk.clone, 'origin', head, 'flux-ops/one')

    await desk.git.deleteRemoteBranch(desk.clone, 'origin', 'flux-ops/one')
    await desk.git.deleteRemoteBranch(desk.clone, 'origin', 'flux-ops/one')

    expect(await desk.git.remoteHead(desk.clone, 'origin', 'flux-ops/one')).toBeUndefined()
    expect(await desk.git.remoteHead(desk.clone, 'origin', 'main')).toBe(head)
  })

  test('that the remote guards stays, and its words are given', async () => {
    await desk.git.push(desk.clone, 'origin', head, 'flux-ops/one')
    await desk.hook('remote', 'pre-receive', 'echo "branches are not deleted here" >&2; exit 1')

    await expect(desk.git.deleteRemoteBranch(desk.clone, 'origin', 'flux-ops/one')).rejects.toMatchObject({
      code: 'git-rejected',
      message: expect.stringContaining('branches are not deleted here'),
    })
  })
})
