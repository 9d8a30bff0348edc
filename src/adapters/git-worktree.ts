// Work trees beside the person's own, so that what is proposed is made without touching what they have checked out.
import { rm, stat } from 'node:fs/promises'
import type { Git } from '../ports/git.ts'
import { gitError, pushError } from './git-errors.ts'
import { commitOf, type GitRunner } from './git-run.ts'

type Worktrees = Pick<Git, 'addWorktree' | 'removeWorktree' | 'checkout' | 'fastForward' | 'deleteRemoteBranch'>

const WRITE = { effect: 'write' } as const

/** Twice forced: one whose making was cut short is still locked. What git does not know any more is only a folder. */
async function remove(git: GitRunner, dir: string, path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined)
  if (there) {
    await git.ask(dir, ['worktree', 'remove', '--force', '--force', '--', path], WRITE)
    await rm(path, { recursive: true, force: true, maxRetries: 3 })
  }
  await git.ask(dir, ['worktree', 'unlock', '--', path], WRITE)
  await git.must(dir, ['worktree', 'prune'], 'forget the work tree', WRITE)
}

async function add(git: GitRunner, dir: string, path: string, commit: string): Promise<void> {
  await remove(git, dir, path)
  const id = await commitOf(git, dir, commit, 'make a work tree')
  await git.must(dir, ['worktree', 'add', '--quiet', '--detach', '--', path, id], 'make a work tree', WRITE)
}

async function checkout(git: GitRunner, dir: string, commit: string): Promise<void> {
  const id = await commitOf(git, dir, commit, 'check out')
  await git.must(dir, ['checkout', '--quiet', '--detach', id, '--'], `check out ${id.slice(0, 12)}`, WRITE)
}

async function fastForward(git: GitRunner, dir: string, commit: string): Promise<void> {
  const id = await commitOf(git, dir, commit, 'move the branch forward')
  await git.must(dir, ['merge', '--quiet', '--ff-only', id], 'move the branch forward', WRITE)
}

async function deleteRemoteBranch(git: GitRunner, dir: string, remote: string, branch: string): Promise<void> {
  const result = await git.ask(dir, ['push', '--porcelain', '--delete', '--', remote, `refs/heads/${branch}`], { ...WRITE, network: true })
  if (result.exitCode === 0) return
  if (/remote ref does not exist|unable to delete/.test(`${result.stdout}${result.stderr}`)) {
    const left = await git.ask(dir, ['ls-remote', '--exit-code', '--heads', '--', remote, `refs/heads/${branch}`], { network: true })
    if (left.exitCode === 2) return
    if (left.exitCode !== 0) throw gitError(left, `delete ${branch}`, dir)
  }
  throw pushError(result, `delete ${branch}`, dir, remote)
}

export const createGitWorktrees = (git: GitRunner): Worktrees => ({
  addWorktree: (dir, path, commit) => add(git, dir, path, commit),
  removeWorktree: (dir, path) => remove(git, dir, path),
  checkout: (dir, commit) => checkout(git, dir, commit),
  fastForward: (dir, commit) => fastForward(git, dir, commit),
  deleteRemoteBranch: (dir, remote, branch) => deleteRemoteBranch(git, dir, remote, branch),
})
