// A clone of our own of one branch, for a repository that nobody has cloned here: made, or brought to what the remote has.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type OpsError, refusal } from '../errors.ts'
import type { Exec } from '../ports/exec.ts'
import type { GitAccess } from '../ports/git.ts'
import { remoteError } from './git-errors.ts'
import { createGitRunner, type GitRunner, lines } from './git-run.ts'

const REMOTE = 'origin'
const SETTINGS = 'flux-ops.config'

/** A value as a configuration file of git takes it (git-config, SYNTAX). */
const quoted = (value: string): string => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

export interface CloneOptions {
  /** Absolute; made where it is not there. */
  readonly dir: string
  readonly url: string
  readonly branch: string
  /** Left out: as the person's own git reaches it. */
  readonly access?: GitAccess | undefined
  /** The repository is not there yet: nothing is asked of it. */
  readonly absent?: boolean
  readonly author: { readonly name: string; readonly email: string }
}

/** One file, and one call of git: each setting by itself would be one more process. */
const settingsOf = ({ url, branch, author }: CloneOptions): string =>
  [
    `[remote "${REMOTE}"]`,
    `url = ${quoted(url)}`,
    `fetch = ${quoted(`+refs/heads/${branch}:refs/remotes/${REMOTE}/${branch}`)}`,
    `[branch ${quoted(branch)}]`,
    `remote = ${REMOTE}`,
    `merge = ${quoted(`refs/heads/${branch}`)}`,
    '[user]',
    `name = ${quoted(author.name)}`,
    `email = ${quoted(author.email)}`,
    '',
  ].join('\n')

/** Names of the branches of the remote. Throws as every question to a remote does. */
async function branchesOf(git: GitRunner, dir: string): Promise<string[]> {
  const result = await git.ask(dir, ['ls-remote', '--heads', '--', REMOTE], { network: true })
  if (result.exitCode !== 0) throw remoteError(result, 'ask for its branches', dir, REMOTE)
  return lines(result.stdout).flatMap((line) => line.split('\trefs/heads/')[1] ?? [])
}

const noBranch = ({ url, branch }: CloneOptions, there: readonly string[]): OpsError =>
  refusal(
    'git-branch-missing',
    `${url} has no branch ${branch}: it has ${there.slice(0, 5).join(', ')}${there.length > 5 ? ' and others' : ''}`,
    `git push origin ${there[0]}:refs/heads/${branch}   makes it`,
    'or name another one: git.branch',
  )

async function unpushed(git: GitRunner, dir: string, branch: string): Promise<boolean> {
  const head = await git.ask(dir, ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`])
  if (head.exitCode !== 0) return false
  const left = await git.ask(dir, ['rev-list', '--max-count=1', `refs/heads/${branch}`, '--not', '--remotes'])
  return left.exitCode === 0 && left.stdout.trim() !== ''
}

/**
 * Gives the commit that is checked out; undefined where the remote is empty and nothing is. Files of the folder that are no part of that commit are removed:
 * nobody but us works in it. Throws OpsError `git-unpushed` (refused) where an earlier run has left a commit there, `git-branch-missing` (refused), and
 * those of a remote that cannot be reached.
 */
export async function prepareClone(exec: Exec, options: CloneOptions): Promise<string | undefined> {
  const { dir, url, branch, access } = options
  const git = createGitRunner(exec, access)
  const must = (args: readonly string[], what: string) => git.must(dir, args, what, { effect: 'write' })
  await mkdir(dir, { recursive: true, mode: 0o700 })
  await must(['init', '--quiet', `--initial-branch=${branch}`], 'make a clone')
  await writeFile(join(dir, '.git', SETTINGS), settingsOf(options))
  await must(['config', '--local', '--replace-all', 'include.path', SETTINGS], 'set up the clone')
  const there = options.absent === true ? [] : await branchesOf(git, dir)
  if (there.length > 0 && !there.includes(branch)) throw noBranch(options, there)
  if (there.length > 0) {
    const fetched = await git.ask(dir, ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', REMOTE], {
      effect: 'write',
      network: true,
    })
    if (fetched.exitCode !== 0) throw remoteError(fetched, `fetch ${branch}`, dir, REMOTE)
  }
  // Somebody has made the repository anew: what it was says nothing of what is pushed.
  else await must(['update-ref', '-d', `refs/remotes/${REMOTE}/${branch}`], 'forget what the remote was')
  if (await unpushed(git, dir, branch))
    throw refusal(
      'git-unpushed',
      `an earlier run has left a commit in ${dir} that ${url} does not have`,
      'flux-ops runs list   names the run: take it up (runs resume), or back (runs abandon)',
      `rm -r ${dir}   where the repository was made anew: it is a clone of our own`,
    )
  if (there.length === 0) return undefined
  await must(['checkout', '--quiet', '--force', '-B', branch, `refs/remotes/${REMOTE}/${branch}`], 'check the branch out')
  await must(['clean', '--quiet', '--force', '-d', '-x'], 'clean the clone')
  return (await must(['rev-parse', '--verify', 'HEAD'], 'read HEAD')).trim()
}
