import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { OpsError } from '../../../src/errors.ts'
import { type GitDesk, gitDesk } from './git-desk.ts'

let desk: GitDesk

beforeEach(async () => {
  desk = await gitDesk()
})

afterEach(() => desk.remove())

const failureOf = (promise: Promise<unknown>): Promise<OpsError> =>
  promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: OpsError) => error,
  )

const statusOf = (): string => desk.run(['status', '--porcelain'])

test('only the given paths are committed, with message and trailers as given', async () => {
  const { git, clone, run, write } = desk
  await write('a.yaml', 'one: 2\n')
  await write('-dash é.yaml', 'x')
  await write('mine.txt', 'not yours')

  const id = await git.commit(clone, 'Upgrade Flux\n\n# not a comment\n\nFlux-Ops-Run: r1\n', ['a.yaml', '-dash é.yaml'])

  expect(run(['rev-parse', 'HEAD'])).toBe(id)
  expect(run(['-c', 'core.quotePath=false', 'show', '--format=%B', '--name-only', id])).toBe(
    'Upgrade Flux\n\n# not a comment\n\nFlux-Ops-Run: r1\n\n\n-dash é.yaml\na.yaml',
  )
  expect(statusOf()).toBe('?? mine.txt')
})

test('a commit without a path has no changes, whatever else lies in the clone', async () => {
  const { git, clone, run, write } = desk
  await write('a.yaml', 'one: 2\n')
  await write('mine.txt', 'not yours')

  const id = await git.commit(clone, 'nothing', [])

  expect(run(['show', '--format=%s', '--name-only', id])).toBe('nothing')
  expect(statusOf()).toContain('?? mine.txt')
})

test('other staged changes are not swept into the commit: it is refused', async () => {
  const { git, clone, run, write } = desk
  await write('mine.txt', 'x')
  run(['add', 'mine.txt'])
  await write('a.yaml', 'one: 2\n')

  const error = await failureOf(git.commit(clone, 'm', ['a.yaml']))

  expect(error.message).toContain('mine.txt')
  expect(run(['log', '--format=%s'])).toBe('first')
})

test('a hook that reformats the files and asks for them to be added again gets its way', async () => {
  const { git, clone, run, write, hook } = desk
  await hook('clone', 'pre-commit', 'if grep -q raw a.yaml; then sed -i s/raw/tidy/ a.yaml; echo reformatted; exit 1; fi')
  await write('a.yaml', 'raw\n')

  await git.commit(clone, 'm', ['a.yaml'])

  expect(run(['show', 'HEAD:a.yaml'])).toBe('tidy')
  expect(statusOf()).toBe('')
})

test('a hook that refuses stops the commit, and its words are shown', async () => {
  const { git, clone, run, write, hook } = desk
  await hook('clone', 'commit-msg', 'echo "needs a ticket" >&2; exit 1')
  await write('a.yaml', 'one: 2\n')

  const error = await failureOf(git.commit(clone, 'm', ['a.yaml']))

  expect(error.code).toBe('git-failed')
  expect(error.message).toContain('needs a ticket')
  expect(run(['log', '--format=%s'])).toBe('first')
})

test('a lock that was left behind is named together with what to do', async () => {
  const { git, clone, write } = desk
  await write('a.yaml', 'one: 2\n')
  await writeFile(join(clone, '.git', 'index.lock'), '')

  const error = await failureOf(git.commit(clone, 'm', ['a.yaml']))

  expect(error.message).toContain('index.lock')
  expect(error.hints.join()).toContain('rm ')
})

test('an unknown author is told how to say who they are', async () => {
  const { git, clone, run, write } = desk
  run(['config', 'user.useConfigOnly', 'true'])
  run(['config', '--global', '--unset', 'user.email'])
  await write('a.yaml', 'one: 2\n')

  expect((await failureOf(git.commit(clone, 'm', ['a.yaml']))).hints[0]).toContain('git config user.name')
})

test('a push arrives, and takes no tags along', async () => {
  const { git, clone, run, remote, commit } = desk
  run(['config', 'push.followTags', 'true'])
  const id = await commit('b', 'x', 'second')
  run(['tag', '-a', 'v1', '-m', 'v1'])

  await git.push(clone, 'origin', id, 'main')

  expect(run(['rev-parse', 'main'], remote)).toBe(id)
  expect(run(['tag'], remote)).toBe('')
})

test('a push that a hook refuses brings the lines of the other side', async () => {
  const { git, clone, commit, hook } = desk
  await hook('remote', 'pre-receive', 'echo "main is protected: open a pull request" >&2; exit 1')
  const id = await commit('b', 'x', 'second')

  const error = await failureOf(git.push(clone, 'origin', id, 'main'))

  expect(error.code).toBe('git-rejected')
  expect(error.message).toContain('main is protected: open a pull request')
})

test('a push over somebody else’s is a race, also when their commit is not known here', async () => {
  const { git, clone, run, commit } = desk
  const other = await desk.other()
  const theirs = await commit('b', 'x', 'theirs', other)
  run(['push', '--quiet'], other)
  const ours = await commit('c', 'x', 'ours')

  const blind = await failureOf(git.push(clone, 'origin', ours, 'main'))
  const fetched = await git.fetch(clone, 'origin', 'main')
  const informed = await failureOf(git.push(clone, 'origin', ours, 'main'))

  expect(blind.code).toBe('git-raced')
  expect(fetched).toBe(theirs)
  expect(informed.code).toBe('git-raced')
})

test('a local hook that stops the push is a refusal', async () => {
  const { git, clone, commit, hook } = desk
  await hook('clone', 'pre-push', 'echo "not on a friday" >&2; exit 1')
  const id = await commit('b', 'x', 'second')

  const error = await failureOf(git.push(clone, 'origin', id, 'main'))

  expect(error.code).toBe('git-rejected')
  expect(error.message).toContain('not on a friday')
})

test('a rebase puts our commit on top of theirs', async () => {
  const { git, clone, run, commit } = desk
  const other = await desk.other()
  const theirs = await commit('b', 'x', 'theirs', other)
  run(['push', '--quiet'], other)
  await commit('c', 'x', 'ours\n\nFlux-Ops-Run: r1')

  const id = await git.rebase(clone, await git.fetch(clone, 'origin', 'main'))

  expect(run(['rev-parse', 'HEAD'])).toBe(id)
  expect(run(['rev-parse', 'HEAD~1'])).toBe(theirs)
  expect(await git.commitsWithTrailer(clone, 'HEAD', 'Flux-Ops-Run', 'r1')).toEqual([id])
})

test('a rebase that conflicts leaves everything as it was and names the files', async () => {
  const { git, clone, run, commit } = desk
  const other = await desk.other()
  await commit('a.yaml', 'theirs\n', 'theirs', other)
  run(['push', '--quiet'], other)
  const ours = await commit('a.yaml', 'ours\n', 'ours')

  const error = await failureOf(git.rebase(clone, await git.fetch(clone, 'origin', 'main')))

  expect(error.code).toBe('git-conflict')
  expect(error.message).toContain('a.yaml')
  expect(run(['rev-parse', 'HEAD'])).toBe(ours)
  expect(await git.status(clone)).toEqual({ entries: [], inProgress: undefined })
})

test('a rebase that was cut short is known by the commit it began at, and can be taken back', async () => {
  const { git, clone, run, commit } = desk
  const other = await desk.other()
  await commit('a.yaml', 'theirs\n', 'theirs', other)
  run(['push', '--quiet'], other)
  const ours = await commit('a.yaml', 'ours\n', 'ours')
  const theirs = await git.fetch(clone, 'origin', 'main')
  expect(await git.rebasing(clone)).toBeUndefined()
  expect(() => run(['rebase', '--quiet', theirs])).toThrow() // stops in the middle, as a kill would

  const began = await git.rebasing(clone)
  await git.abortRebase(clone)

  expect(began).toBe(ours)
  expect(await git.branch(clone)).toBe('main')
  expect(run(['rev-parse', 'HEAD'])).toBe(ours)
  expect(await git.rebasing(clone)).toBeUndefined()
})

test('a revert is one commit with our message, also with another commit on top', async () => {
  const { git, clone, run, commit } = desk
  const bad = await commit('a.yaml', 'one: 2\n', 'bad')
  await commit('b', 'x', 'later')

  const id = await git.revert(clone, bad, 'Roll back\n\nFlux-Ops-Rollback-Of: r1')

  expect(run(['log', '-1', '--format=%s', id])).toBe('Roll back')
  expect(await readFile(join(clone, 'a.yaml'), 'utf8')).toBe('one: 1\n')
  expect(run(['rev-list', '--count', 'HEAD'])).toBe('4')
  expect(await git.status(clone)).toEqual({ entries: [], inProgress: undefined })
})

test('a revert of a merge takes back all that the merge brought', async () => {
  const { git, clone, run } = desk
  run(['switch', '--quiet', '-c', 'change'])
  await desk.commit('a.yaml', 'one: 2\n', 'theirs')
  await desk.commit('b.yaml', 'two: 2\n', 'and theirs')
  run(['switch', '--quiet', 'main'])
  await desk.commit('c.yaml', 'three: 3\n', 'meanwhile')
  run(['merge', '--quiet', '--no-edit', '--no-ff', 'change'])

  await git.revert(clone, run(['rev-parse', 'HEAD']), 'Roll back')

  expect(run(['ls-files']).split('\n')).toEqual(['a.yaml', 'c.yaml'])
  expect(run(['show', 'HEAD:a.yaml'])).toBe('one: 1')
})

test('a revert that was killed half-way is taken back and done again', async () => {
  const { git, clone, run, commit } = desk
  const bad = await commit('a.yaml', 'one: 2\n', 'bad')
  run(['revert', '--no-commit', bad])

  await git.revert(clone, bad, 'Roll back')

  expect(run(['log', '--format=%s'])).toBe('Roll back\nbad\nfirst')
})

test('a revert that conflicts leaves everything as it was', async () => {
  const { git, clone, run, commit } = desk
  const bad = await commit('a.yaml', 'one: 2\n', 'bad')
  const top = await commit('a.yaml', 'one: 3\n', 'later')

  expect((await failureOf(git.revert(clone, bad, 'm'))).code).toBe('git-conflict')
  expect(run(['rev-parse', 'HEAD'])).toBe(top)
  expect(await git.status(clone)).toEqual({ entries: [], inProgress: undefined })
})

test('restoring gives back what HEAD has, takes new files away, and touches nothing else', async () => {
  const { git, clone, run, write, commit } = desk
  await commit('gone.yaml', 'x\n', 'second')
  await write('a.yaml', 'changed')
  await write('new.yaml', 'new')
  await write('mine.txt', 'mine')
  run(['rm', '--quiet', 'gone.yaml'])
  run(['add', 'new.yaml'])

  await git.restore(clone, ['a.yaml', 'gone.yaml', 'new.yaml', 'never-was.yaml'])

  expect(await readFile(join(clone, 'a.yaml'), 'utf8')).toBe('one: 1\n')
  expect(statusOf()).toBe('?? mine.txt')
})

test('dropping our commit keeps the changes of somebody else in the work tree', async () => {
  const { git, clone, run, write, commit } = desk
  const base = run(['rev-parse', 'HEAD'])
  await commit('b', 'x', 'ours')
  await write('a.yaml', 'theirs, not committed')

  await git.dropTo(clone, base)

  expect(run(['rev-parse', 'HEAD'])).toBe(base)
  expect(await readFile(join(clone, 'a.yaml'), 'utf8')).toBe('theirs, not committed')
})

test('a commit that was pushed is never dropped', async () => {
  const { git, clone, run, commit } = desk
  const base = run(['rev-parse', 'HEAD'])
  const ours = await commit('b', 'x', 'ours')
  await git.push(clone, 'origin', ours, 'main')

  expect((await failureOf(git.dropTo(clone, base))).message).toContain('origin/main')
  expect(run(['rev-parse', 'HEAD'])).toBe(ours)
})

test('dropping twice is as good as once', async () => {
  const { git, clone, run, commit } = desk
  const base = run(['rev-parse', 'HEAD'])
  await commit('b', 'x', 'ours')

  await git.dropTo(clone, base)
  await git.dropTo(clone, base)

  expect(run(['rev-parse', 'HEAD'])).toBe(base)
})

test('a removal that a killed run has staged already is committed with the rest', async () => {
  const { git, clone, run, write } = desk
  await write('new.yaml', 'x')
  run(['rm', '--quiet', 'a.yaml'])

  const id = await git.commit(clone, 'm', ['a.yaml', 'new.yaml'])

  expect(run(['show', '--format=', '--name-status', '--no-renames', id])).toBe('D\ta.yaml\nA\tnew.yaml')
  expect(statusOf()).toBe('')
})

test('a path that is nowhere is an error and not passed over', async () => {
  const error = await failureOf(desk.git.commit(desk.clone, 'm', ['never.yaml']))

  expect(error.message).toContain('never.yaml')
})
