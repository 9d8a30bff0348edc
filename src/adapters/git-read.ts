// What the repository and its remote say; changes nothing, not even the index.
import { OpsError } from '../errors.ts'
import type { GitReader, Remote, RemoteBranch, StatusEntry } from '../ports/git.ts'
import { gitError, pushError, remoteError } from './git-errors.ts'
import { commitOf, type GitRunner, lines, nulFields, operationUnderWay, rebaseBegan } from './git-run.ts'

const MOST_TRAILERS = 200

/** A password in a URL is a secret; the user name of ssh is part of the address. */
export function withoutCredentials(url: string): string {
  if (!URL.canParse(url) || !url.includes('://')) return url
  const parsed = new URL(url)
  parsed.password = ''
  if (parsed.protocol === 'http:' || parsed.protocol === 'https:') parsed.username = ''
  return parsed.href
}

export function parseStatus(text: string): StatusEntry[] {
  const fields = text.split('\0')
  const entries: StatusEntry[] = []
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index] ?? ''
    if (field.length < 4) continue
    const code = field.slice(0, 2)
    entries.push({ code, path: field.slice(3) })
    if (code.includes('R') || code.includes('C')) index++ // the old name follows
  }
  return entries
}

const noCommits = (dir: string): OpsError =>
  new OpsError({ code: 'git-failed', message: `${dir} has no commit yet`, hints: [`look: git -C ${dir} log`] })

async function head(git: GitRunner, dir: string): Promise<string> {
  const result = await git.ask(dir, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'])
  if (result.exitCode === 0) return result.stdout.trim()
  throw result.exitCode === 1 ? noCommits(dir) : gitError(result, 'read HEAD', dir)
}

async function branch(git: GitRunner, dir: string): Promise<string | undefined> {
  const result = await git.ask(dir, ['symbolic-ref', '--quiet', '--short', 'HEAD'])
  if (result.exitCode === 0) return result.stdout.trim()
  if (result.exitCode === 1) return undefined
  throw gitError(result, 'read the branch', dir)
}

async function upstream(git: GitRunner, dir: string): Promise<RemoteBranch | undefined> {
  const name = await branch(git, dir)
  if (name === undefined) return undefined
  const format = '--format=%(upstream:remotename)%00%(upstream:remoteref)'
  const [remote, ref] = (await git.must(dir, ['for-each-ref', format, `refs/heads/${name}`], 'read the upstream')).trim().split('\0')
  if (!remote || !ref?.startsWith('refs/heads/') || remote === '.') return undefined
  return { remote, branch: ref.slice('refs/heads/'.length), url: await addressOf(git, dir, remote) }
}

const addressOf = async (git: GitRunner, dir: string, remote: string): Promise<string> =>
  withoutCredentials((await git.must(dir, ['remote', 'get-url', '--', remote], `read the address of ${remote}`)).trim())

async function remotes(git: GitRunner, dir: string): Promise<Remote[]> {
  const names = lines(await git.must(dir, ['remote'], 'list the remotes'))
  return Promise.all(names.map(async (name) => ({ name, url: await addressOf(git, dir, name) })))
}

async function remoteHead(git: GitRunner, dir: string, remote: string, name: string): Promise<string | undefined> {
  const ref = `refs/heads/${name}`
  const result = await git.ask(dir, ['ls-remote', '--heads', '--', remote, ref], { network: true })
  if (result.exitCode !== 0) throw remoteError(result, `ask ${remote} for ${name}`, dir, remote)
  for (const line of result.stdout.split('\n')) {
    const [commit, found] = line.split('\t')
    if (found === ref) return commit
  }
  return undefined
}

async function remoteCommit(git: GitRunner, dir: string, remote: string, name: string): Promise<string | undefined> {
  const commit = await remoteHead(git, dir, remote, name)
  if (commit === undefined) return undefined
  const has = await git.ask(dir, ['cat-file', '-e', `${commit}^{commit}`])
  if (has.exitCode === 0) return commit
  // An empty refmap: the tracking branch stays where it is.
  const args = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--refmap=', '--', remote]
  const result = await git.ask(dir, [...args, `refs/heads/${name}`], { network: true })
  if (result.exitCode !== 0) throw remoteError(result, `fetch ${name}`, dir, remote)
  return commit
}

async function show(git: GitRunner, dir: string, commit: string, path: string): Promise<string | undefined> {
  const what = `read ${path} at ${commit.slice(0, 12)}`
  const id = await commitOf(git, dir, commit, what)
  const entry = nulFields(await git.must(dir, ['ls-tree', '-z', '--full-tree', id, '--', path], what))[0]
  const [, type, blob] = /^\d+ (\w+) ([0-9a-f]+)\t/.exec(entry ?? '') ?? []
  if (type !== 'blob' || !blob) return undefined
  return git.must(dir, ['cat-file', 'blob', blob], what)
}

async function commitsWithTrailer(git: GitRunner, dir: string, ref: string, key: string, value: string): Promise<string[]> {
  const format = `--format=%H%x1f%(trailers:key=${key},valueonly,unfold)`
  // The words are looked for in all of the history: a run may wait for weeks, and hundreds of commits come meanwhile.
  const wanted = ['--fixed-strings', `--grep=${key}: ${value}`, `--max-count=${MOST_TRAILERS}`]
  const result = await git.ask(dir, ['log', '-z', ...wanted, format, '--end-of-options', ref, '--'])
  if (result.exitCode !== 0) {
    // Before the first commit there is nothing to be searched.
    const unborn = ref === 'HEAD' && (await git.ask(dir, ['rev-parse', '--verify', '--quiet', 'HEAD'])).exitCode === 1
    if (unborn) return []
    throw gitError(result, `search ${ref}`, dir)
  }
  const found: string[] = []
  for (const record of nulFields(result.stdout)) {
    const [commit, values = ''] = record.split('\x1f')
    if (commit && values.split('\n').some((one) => one.trim() === value)) found.push(commit)
  }
  return found
}

async function isAncestor(git: GitRunner, dir: string, commit: string, of: string): Promise<boolean> {
  const result = await git.ask(dir, ['merge-base', '--is-ancestor', '--end-of-options', commit, of])
  if (result.exitCode > 1) throw gitError(result, `compare ${commit} with ${of}`, dir)
  return result.exitCode === 0
}

async function tryPush(git: GitRunner, dir: string, remote: string, name: string): Promise<void> {
  // --no-verify: a pre-push hook is for what is really pushed. The server's own hooks are not asked by a dry run.
  const args = [
    'push',
    '--dry-run',
    '--no-verify',
    '--porcelain',
    '--no-follow-tags',
    '--recurse-submodules=no',
    '--',
    remote,
    `HEAD:refs/heads/${name}`,
  ]
  const result = await git.ask(dir, args, { network: true })
  if (result.exitCode !== 0) throw pushError(result, `try a push to ${name}`, dir, remote)
}

async function holding(git: GitRunner, dir: string, commit: string, text: string): Promise<string[]> {
  const args = ['grep', '--name-only', '-z', '--full-name', '--no-recurse-submodules', '--fixed-strings', '-e', text, commit, '--']
  const result = await git.ask(dir, args)
  if (result.exitCode > 1) throw gitError(result, `search ${commit}`, dir)
  return nulFields(result.stdout)
    .map((field) => field.slice(commit.length + 1))
    .sort()
}

async function filesAt(git: GitRunner, dir: string, commit: string): Promise<string[]> {
  const what = `list the files of ${commit.slice(0, 12)}`
  const id = await commitOf(git, dir, commit, what)
  const entries = nulFields(await git.must(dir, ['ls-tree', '-r', '-z', '--full-tree', id], what))
  return entries
    .filter((entry) => entry.startsWith('100'))
    .map((entry) => entry.slice(entry.indexOf('\t') + 1))
    .sort()
}

const MODE_OF_SUBMODULES = '160000 '

async function submodules(git: GitRunner, dir: string): Promise<string[]> {
  const entries = nulFields(await git.must(dir, ['ls-files', '-z', '--full-name', '--stage'], 'list the files'))
  return entries.filter((entry) => entry.startsWith(MODE_OF_SUBMODULES)).map((entry) => entry.slice(entry.indexOf('\t') + 1))
}

export const createGitReader = (git: GitRunner): Omit<GitReader, 'as' | 'admits'> => ({
  root: async (dir) => (await git.must(dir, ['rev-parse', '--show-toplevel'], 'find the repository')).replace(/\n$/, ''),
  head: (dir) => head(git, dir),
  branch: (dir) => branch(git, dir),
  upstream: (dir) => upstream(git, dir),
  remotes: (dir) => remotes(git, dir),
  status: async (dir) => {
    const entries = parseStatus(await git.must(dir, ['status', '--porcelain=v1', '-z', '--untracked-files=normal'], 'read the status'))
    return { entries, inProgress: await operationUnderWay(git, dir) }
  },
  rebasing: (dir) => rebaseBegan(git, dir),
  remoteHead: (dir, remote, name) => remoteHead(git, dir, remote, name),
  remoteCommit: (dir, remote, name) => remoteCommit(git, dir, remote, name),
  show: (dir, commit, path) => show(git, dir, commit, path),
  commitsWithTrailer: (dir, ref, key, value) => commitsWithTrailer(git, dir, ref, key, value),
  isAncestor: (dir, commit, of) => isAncestor(git, dir, commit, of),
  tryPush: (dir, remote, name) => tryPush(git, dir, remote, name),
  tracked: async (dir) => nulFields(await git.must(dir, ['ls-files', '-z', '--full-name'], 'list the files')).sort(),
  filesAt: (dir, commit) => filesAt(git, dir, commit),
  submodules: (dir) => submodules(git, dir),
  holding: (dir, commit, text) => holding(git, dir, commit, text),
  changed: async (dir, from, to) => {
    const commits = [from, ...(to === undefined ? [] : [to])].map((name) => `${name}^{commit}`)
    const args = ['diff', '--name-only', '-z', '--no-renames', '--no-ext-diff', '--end-of-options', ...commits, '--']
    return nulFields(await git.must(dir, args, `compare ${from} with ${to ?? 'the work tree'}`))
  },
  diff: (dir, range = 'HEAD', paths = []) =>
    git.must(dir, ['diff', '--no-color', '--no-ext-diff', '--no-textconv', '--end-of-options', range, '--', ...paths], 'read the changes'),
})
