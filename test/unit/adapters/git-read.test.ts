import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseStatus, withoutCredentials } from '../../../src/adapters/git-read.ts'
import { type GitDesk, gitDesk } from './git-desk.ts'

let desk: GitDesk

beforeEach(async () => {
  desk = await gitDesk()
})

afterEach(() => desk.remove())

const codeOf = (promise: Promise<unknown>): Promise<string | undefined> =>
  promise.then(() => undefined).catch((error: { code?: string }) => error.code)

test('root, head, branch and upstream are told from any folder of the clone', async () => {
  const { git, clone, run, remote } = desk
  await mkdir(join(clone, 'deep down'))

  expect(await git.root(join(clone, 'deep down'))).toBe(run(['rev-parse', '--show-toplevel']))
  expect(await git.head(clone)).toBe(run(['rev-parse', 'HEAD']))
  expect(await git.branch(clone)).toBe('main')
  expect(await git.upstream(clone)).toEqual({ remote: 'origin', branch: 'main', url: remote })
})

test('a detached HEAD has no branch and no upstream', async () => {
  const { git, clone, run } = desk
  run(['checkout', '--quiet', '--detach'])

  expect(await git.branch(clone)).toBeUndefined()
  expect(await git.upstream(clone)).toBeUndefined()
})

test('every remote is told, a detached HEAD or not, and no password with it', async () => {
  const { git, clone, run, remote } = desk
  run(['remote', 'add', 'fork', 'https://anna:hunter22@git.example/anna/home.git'])
  run(['checkout', '--quiet', '--detach'])

  expect(await git.remotes(clone)).toEqual([
    { name: 'fork', url: 'https://git.example/anna/home.git' },
    { name: 'origin', url: remote },
  ])
})

test('a folder outside of any repository is told as such', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'flux-ops-no-git-'))

  expect(await codeOf(desk.git.root(outside))).toBe('git-no-repository')
  expect(await codeOf(desk.git.root(join(outside, 'nope')))).toBe('file-missing')
  await rm(outside, { recursive: true })
})

test('the status names every path as it is, with spaces, quotes and other alphabets', async () => {
  const { git, clone, run, write } = desk
  await write('new "file" é.yaml', 'x')
  await write('-n', 'x')
  run(['mv', 'a.yaml', 'b c.yaml'])

  const { entries, inProgress } = await git.status(clone)

  expect(entries).toEqual([
    { code: 'R ', path: 'b c.yaml' },
    { code: '??', path: '-n' },
    { code: '??', path: 'new "file" é.yaml' },
  ])
  expect(inProgress).toBeUndefined()
})

test('a merge under way is told', async () => {
  const { git, clone, run, commit } = desk
  run(['checkout', '--quiet', '-b', 'side'])
  await commit('a.yaml', 'two: 2\n', 'side')
  run(['checkout', '--quiet', 'main'])
  await commit('a.yaml', 'three: 3\n', 'main')
  expect(() => run(['merge', 'side'])).toThrow()

  expect((await git.status(clone)).inProgress).toBe('merge')
})

test('the head of a remote branch is what the remote has now, undefined when it has none', async () => {
  const { git, clone, run } = desk
  const other = await desk.other()
  const theirs = await desk.commit('b.yaml', 'x', 'theirs', other)
  run(['push', '--quiet'], other)

  expect(await git.remoteHead(clone, 'origin', 'main')).toBe(theirs)
  expect(await git.remoteHead(clone, 'origin', 'nope')).toBeUndefined()
})

test('a remote that is not there is unreachable', async () => {
  desk.run(['remote', 'set-url', 'origin', 'http://127.0.0.1:9/none.git'])

  expect(await codeOf(desk.git.remoteHead(desk.clone, 'origin', 'main'))).toBe('git-unreachable')
})

test('a file is read at a commit, byte for byte; a missing one is undefined; a missing commit is an error', async () => {
  const { git, clone, commit } = desk
  const id = await commit(':(glob)*.yaml', 'a\r\n\n', 'odd name')

  expect(await git.show(clone, id, ':(glob)*.yaml')).toBe('a\r\n\n')
  expect(await git.show(clone, id, 'nope.yaml')).toBeUndefined()
  expect(await codeOf(git.show(clone, 'f'.repeat(40), 'a.yaml'))).toBe('git-failed')
})

test('commits are found by their trailer and by nothing that only looks like it', async () => {
  const { git, clone, commit } = desk
  await commit('b', '1', 'fake\n\nFlux-Ops-Run: r1 is what I talk about\n\nend')
  const real = await commit('b', '2', 'real\n\nFlux-Ops-Run: r1')
  await commit('b', '3', 'other\n\nFlux-Ops-Run: r12')

  expect(await git.commitsWithTrailer(clone, 'HEAD', 'Flux-Ops-Run', 'r1')).toEqual([real])
})

test('a commit is found by its trailer however many commits came after it', async () => {
  const { git, clone, commit } = desk
  const ours = await commit('b', '1', 'ours\n\nFlux-Ops-Run: r1')
  const later = Array.from(
    { length: 201 },
    (_, at) => `commit refs/heads/later\ncommitter a <a@b> ${at} +0000\ndata 1\nx\n${at === 0 ? `from ${ours}\n` : ''}\n`,
  )
  execFileSync('git', ['fast-import', '--quiet'], { cwd: clone, input: later.join('') })

  expect(await git.commitsWithTrailer(clone, 'later', 'Flux-Ops-Run', 'r1')).toEqual([ours])
})

test('ancestry is told both ways, and a commit that is not there is an error', async () => {
  const { git, clone, run, commit } = desk
  const first = run(['rev-parse', 'HEAD'])
  const second = await commit('b', '1', 'second')

  expect(await git.isAncestor(clone, first, second)).toBe(true)
  expect(await git.isAncestor(clone, second, first)).toBe(false)
  expect(await codeOf(git.isAncestor(clone, 'f'.repeat(40), first))).toBe('git-failed')
})

test('a diff is plain whatever the person configured', async () => {
  const { git, clone, run, write } = desk
  run(['config', 'color.ui', 'always'])
  run(['config', 'diff.external', 'false'])
  await write('a.yaml', 'one: 2\n')

  expect(await git.diff(clone)).toContain('\n-one: 1\n+one: 2\n')
})

test('a diff of some paths tells nothing of the others', async () => {
  const { git, clone, write, commit } = desk
  await commit('b.yaml', 'password: old\n', 'second')
  await write('a.yaml', 'one: 2\n')
  await write('b.yaml', 'password: new\n')

  const diff = await git.diff(clone, undefined, ['a.yaml'])

  expect(diff).toContain('+one: 2')
  expect(diff).not.toContain('password')
})

test.each([
  ['https://user:token@example.org/a.git', 'https://example.org/a.git'],
  ['ssh://git:pw@example.org/a.git', 'ssh://git@example.org/a.git'],
  ['git@example.org:a/b.git', 'git@example.org:a/b.git'],
  ['/srv/git/a.git', '/srv/git/a.git'],
])('the address %s is shown as %s', (url, shown) => {
  expect(withoutCredentials(url)).toBe(shown)
})

test('a status line of a rename takes its old name with it', () => {
  expect(parseStatus('R  new\0old\0?? x\0')).toEqual([
    { code: 'R ', path: 'new' },
    { code: '??', path: 'x' },
  ])
})

test('files of a commit are found by what they hold, whatever lies in the work tree and whatever bytes are beside it', async () => {
  const { git, clone, run, write } = desk
  await write('deep/ä b.env', 'ENC[x] \u0000')
  await write('c.yaml', 'ENCx')
  run(['add', '.'])
  run(['commit', '--quiet', '-m', 'more'])
  await rm(join(clone, 'deep'), { recursive: true })

  expect(await git.holding(clone, await git.head(clone), 'ENC[')).toEqual(['deep/ä b.env'])
  expect(await git.holding(clone, await git.head(clone), 'nowhere')).toEqual([])
})

test('the files of a commit are listed from the root, without links and submodules, whatever lies in the work tree', async () => {
  const { git, clone, run, write, remote } = desk
  await write('deep/ä b.yaml', 'x')
  await symlink('ä b.yaml', join(clone, 'deep/link.yaml'))
  run(['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', remote, 'mod'])
  run(['add', '.'])
  run(['commit', '--quiet', '-m', 'more'])
  await write('later.yaml', 'x')
  run(['add', 'later.yaml'])

  expect(await git.filesAt(join(clone, 'deep'), await git.head(clone))).toEqual(['.gitmodules', 'a.yaml', 'deep/ä b.yaml'])
  await expect(git.filesAt(clone, 'f'.repeat(40))).rejects.toMatchObject({ code: 'git-failed' })
})

test('what was edited, added or deleted differs from the commit', async () => {
  const { git, clone, run, write, commit } = desk
  await commit('b.yaml', 'b', 'second')
  await write('a.yaml', 'edited')
  await write('new.yaml', 'new')
  run(['add', 'new.yaml'])
  await rm(join(clone, 'b.yaml'))

  expect(await git.changed(clone, await git.head(clone))).toEqual(['a.yaml', 'b.yaml', 'new.yaml'])
})

test('submodules are told apart from files', async () => {
  const { git, clone, run, remote } = desk
  run(['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', remote, 'shared mod'])

  expect(await git.submodules(clone)).toEqual(['shared mod'])
})

test('a commit of the remote that the clone does not have is brought into it, and no branch of the clone moves', async () => {
  const dir = await desk.other()
  const theirs = await desk.commit('theirs.yaml', 'three: 3\n', 'theirs', dir)
  desk.run(['push', '--quiet'], dir)
  const refs = desk.run(['for-each-ref'])

  const found = await desk.git.remoteCommit(desk.clone, 'origin', 'main')

  expect(found).toBe(theirs)
  expect(await desk.git.show(desk.clone, theirs, 'theirs.yaml')).toBe('three: 3\n')
  expect(desk.run(['for-each-ref'])).toBe(refs)
})
