// Changes of the clone and of its remote: one commit at a time, never forced, and a conflict leaves everything as it was.
import { join } from 'node:path'
import { OpsError, refusal } from '../errors.ts'
import type { Git } from '../ports/git.ts'
import { gitError, pushError, remoteError } from './git-errors.ts'
import { commitOf, type GitRunner, nulFields, operationUnderWay } from './git-run.ts'
import { removeLeftovers } from './temp-file.ts'

type Writes = Pick<Git, 'fetch' | 'commit' | 'push' | 'rebase' | 'abortRebase' | 'revert' | 'restore' | 'dropTo'>
const WRITE = { effect: 'write' } as const

async function fetchBranch(git: GitRunner, dir: string, remote: string, branch: string): Promise<string> {
  const tracking = `refs/remotes/${remote}/${branch}`
  const args = ['fetch', '--no-tags', '--no-recurse-submodules', '--', remote, `+refs/heads/${branch}:${tracking}`]
  const result = await git.ask(dir, args, { ...WRITE, network: true })
  if (result.exitCode !== 0) throw remoteError(result, `fetch ${branch}`, dir, remote)
  return commitOf(git, dir, tracking, `fetch ${branch}`)
}

/** What a commit would come upon: HEAD, or before the first commit nothing at all. */
async function beneath(git: GitRunner, dir: string): Promise<string> {
  const head = await git.ask(dir, ['rev-parse', '--verify', '--quiet', 'HEAD'])
  if (head.exitCode === 0) return 'HEAD'
  return (await git.must(dir, ['hash-object', '-t', 'tree', '-w', '--stdin'], 'read what is staged', { ...WRITE, stdin: '' })).trim()
}

const stagedPaths = async (git: GitRunner, dir: string): Promise<string[]> =>
  nulFields(
    await git.must(dir, ['diff', '--cached', '--name-only', '--no-renames', '-z', await beneath(git, dir), '--'], 'read what is staged'),
  )

/** The whole index is committed, so that hooks that reformat and add see it as usual; therefore nothing else may be staged. */
async function stageOnly(git: GitRunner, dir: string, paths: readonly string[]): Promise<void> {
  const staged = await stagedPaths(git, dir)
  const foreign = staged.filter((path) => !paths.includes(path))
  if (foreign.length > 0)
    throw refusal(
      'git-failed',
      `other changes are staged: ${foreign.slice(0, 5).join(', ')}`,
      `git -C ${dir} status`,
      'commit or unstage them first',
    )
  // A removal that is staged already, by a run that was killed, is nothing that git could still add.
  const open = staged.length === 0 ? paths : await withoutStagedRemovals(git, dir, paths, staged)
  // Without a path git would add everything.
  if (open.length > 0) await git.must(dir, ['add', '--all', '--', ...open], 'stage the changes', WRITE)
}

async function withoutStagedRemovals(git: GitRunner, dir: string, paths: readonly string[], staged: readonly string[]): Promise<string[]> {
  const there = new Set(nulFields(await git.must(dir, ['ls-files', '-z', '--cached', '--others', '--', ...paths], 'read what is there')))
  return paths.filter((path) => there.has(path) || !staged.includes(path))
}

const worktreeDiffers = async (git: GitRunner, dir: string, paths: readonly string[]): Promise<boolean> =>
  paths.length > 0 && nulFields(await git.must(dir, ['diff', '--name-only', '-z', '--', ...paths], 'read the changes')).length > 0

async function commitPaths(git: GitRunner, dir: string, message: string, paths: readonly string[]): Promise<string> {
  const root = (await git.must(dir, ['rev-parse', '--show-toplevel'], 'find the repository')).replace(/\n$/, '')
  await stageOnly(git, root, paths)
  const args = ['commit', '--quiet', '--cleanup=whitespace', '--file=-', ...(paths.length === 0 ? ['--allow-empty'] : [])]
  let result = await git.ask(root, args, { ...WRITE, stdin: message })
  if (result.exitCode !== 0 && (await worktreeDiffers(git, root, paths))) {
    // The usual formatting hook: it changed our files and asks for them to be added again.
    await stageOnly(git, root, paths)
    result = await git.ask(root, args, { ...WRITE, stdin: message })
  }
  if (result.exitCode !== 0) throw gitError(result, 'commit', root)
  return commitOf(git, root, 'HEAD', 'commit')
}

async function pushCommit(git: GitRunner, dir: string, remote: string, commit: string, branch: string): Promise<void> {
  const id = await commitOf(git, dir, commit, 'push')
  const args = ['push', '--porcelain', '--no-follow-tags', '--recurse-submodules=no', '--', remote, `${id}:refs/heads/${branch}`]
  const result = await git.ask(dir, args, { ...WRITE, network: true })
  if (result.exitCode !== 0) throw pushError(result, `push to ${branch}`, dir, remote)
}

const conflict = (what: string, files: readonly string[], dir: string): OpsError =>
  new OpsError({
    code: 'git-conflict',
    message: `${what}: conflict in ${files.slice(0, 5).join(', ') || 'the commit'}; nothing was changed`,
    hints: [`do it by hand: look at git -C ${dir} log`],
  })

const conflictedFiles = async (git: GitRunner, dir: string): Promise<string[]> =>
  nulFields(await git.must(dir, ['diff', '--name-only', '--diff-filter=U', '-z'], 'read the conflict'))

async function rebaseOnto(git: GitRunner, dir: string, onto: string): Promise<string> {
  const id = await commitOf(git, dir, onto, 'rebase')
  const args = ['-c', 'rebase.autoStash=false', 'rebase', '--quiet', '--no-autosquash', '--no-update-refs', '--no-fork-point', id]
  const result = await git.ask(dir, args, WRITE)
  if (result.exitCode === 0) return commitOf(git, dir, 'HEAD', 'rebase')
  if ((await operationUnderWay(git, dir)) !== 'rebase') throw gitError(result, 'rebase', dir)
  const files = await conflictedFiles(git, dir)
  await git.must(dir, ['rebase', '--abort'], 'abort the rebase', WRITE)
  throw conflict('rebase', files, dir)
}

/** A revert of ours that was killed half-way is taken back first: it left REVERT_HEAD behind. */
async function clearHalfRevert(git: GitRunner, dir: string, id: string): Promise<void> {
  const left = await git.ask(dir, ['rev-parse', '--verify', '--quiet', 'REVERT_HEAD'])
  if (left.exitCode === 0 && left.stdout.trim() === id) await git.must(dir, ['revert', '--abort'], 'take back a half revert', WRITE)
}

/** Of a merge the change is what it brought to the branch: the difference from its first parent. */
async function mainline(git: GitRunner, dir: string, id: string): Promise<string[]> {
  const [, ...parents] = (await git.must(dir, ['rev-list', '--parents', '--max-count=1', id, '--'], 'look at the commit')).trim().split(' ')
  return parents.length > 1 ? ['--mainline', '1'] : []
}

async function revertCommit(git: GitRunner, dir: string, commit: string, message: string): Promise<string> {
  const id = await commitOf(git, dir, commit, 'revert')
  await clearHalfRevert(git, dir, id)
  const foreign = await stagedPaths(git, dir)
  if (foreign.length > 0) throw refusal('git-failed', `other changes are staged: ${foreign.slice(0, 5).join(', ')}`, `git -C ${dir} status`)
  const picked = await git.ask(dir, ['revert', '--no-commit', ...(await mainline(git, dir, id)), id], WRITE)
  if (picked.exitCode !== 0) {
    if ((await operationUnderWay(git, dir)) !== 'revert') throw gitError(picked, 'revert', dir)
    const files = await conflictedFiles(git, dir)
    await git.must(dir, ['revert', '--abort'], 'abort the revert', WRITE)
    throw conflict('revert', files, dir)
  }
  const done = await git.ask(dir, ['commit', '--quiet', '--cleanup=whitespace', '--file=-'], { ...WRITE, stdin: message })
  if (done.exitCode !== 0) {
    await git.ask(dir, ['revert', '--abort'], WRITE)
    throw gitError(done, 'revert', dir)
  }
  return commitOf(git, dir, 'HEAD', 'revert')
}

async function restorePaths(git: GitRunner, dir: string, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return
  const root = (await git.must(dir, ['rev-parse', '--show-toplevel'], 'find the repository')).replace(/\n$/, '')
  const known = new Set(
    nulFields(await git.must(root, ['ls-tree', '-r', '-z', '--name-only', '--full-tree', 'HEAD', '--', ...paths], 'read HEAD')),
  )
  for (const path of paths) await removeLeftovers(join(root, path))
  const old = paths.filter((path) => known.has(path))
  const fresh = paths.filter((path) => !known.has(path))
  if (old.length > 0) await git.must(root, ['restore', '--source=HEAD', '--staged', '--worktree', '--', ...old], 'restore', WRITE)
  if (fresh.length === 0) return
  // HEAD has no such file: unstage, then remove. Ignored files stay, as `git clean` has it.
  await git.must(root, ['rm', '--cached', '--quiet', '--force', '--ignore-unmatch', '--', ...fresh], 'restore', WRITE)
  await git.must(root, ['clean', '--force', '--quiet', '--', ...fresh], 'restore', WRITE)
}

/** Of the first commit of a branch there is nothing below: the branch is unborn again, and its files stay. */
async function dropFirst(git: GitRunner, dir: string, commit: string): Promise<boolean> {
  const [, ...parents] = (await git.must(dir, ['rev-list', '--parents', '--max-count=1', commit, '--'], 'look at the commit'))
    .trim()
    .split(' ')
  if (parents.length > 0 || (await commitOf(git, dir, 'HEAD', 'drop our commit')) !== commit) return false
  await git.must(dir, ['update-ref', '-d', 'HEAD', commit], 'drop our commit', WRITE)
  await git.must(dir, ['read-tree', '--empty'], 'drop our commit', WRITE)
  return true
}

async function dropTo(git: GitRunner, dir: string, commit: string): Promise<void> {
  if (/^[0-9a-f]{40,64}\^$/.test(commit) && (await dropFirst(git, dir, commit.slice(0, -1)))) return
  const id = await commitOf(git, dir, commit, 'drop our commit')
  const top = await commitOf(git, dir, 'HEAD', 'drop our commit')
  if (id === top) return
  const below = await git.ask(dir, ['merge-base', '--is-ancestor', id, top])
  if (below.exitCode !== 0)
    throw refusal('git-failed', `${id.slice(0, 12)} is not below HEAD: nothing dropped`, `look: git -C ${dir} log --oneline -5`)
  const pushed = (
    await git.must(dir, ['for-each-ref', '--contains', top, '--format=%(refname:short)', 'refs/remotes'], 'look for pushes')
  ).trim()
  if (pushed) throw refusal('git-failed', `HEAD is already on ${pushed.split('\n')[0]}: nothing dropped`, 'revert it instead')
  // --keep: refuses rather than overwrite somebody's uncommitted change.
  await git.must(dir, ['reset', '--quiet', '--keep', id], 'drop our commit', WRITE)
}

export const createGitWriter = (git: GitRunner): Writes => ({
  fetch: (dir, remote, branch) => fetchBranch(git, dir, remote, branch),
  commit: (dir, message, paths) => commitPaths(git, dir, message, paths),
  push: (dir, remote, commit, branch) => pushCommit(git, dir, remote, commit, branch),
  rebase: (dir, onto) => rebaseOnto(git, dir, onto),
  abortRebase: async (dir) => void (await git.must(dir, ['rebase', '--abort'], 'take back a half rebase', WRITE)),
  revert: (dir, commit, message) => revertCommit(git, dir, commit, message),
  restore: (dir, paths) => restorePaths(git, dir, paths),
  dropTo: (dir, commit) => dropTo(git, dir, commit),
})
