// Repositories on a real forge: who brings the commit to the branch, and how Flux gets to it.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { BootstrapDesk } from '../runbooks/bootstrap/desk.ts'
import { branches, isReady, merge, ownClone, pulls, runOf } from './publishing.ts'

let desk: BootstrapDesk

beforeAll(async () => {
  desk = await BootstrapDesk.open({ forge: true })
})
afterAll(() => desk?.close())
beforeEach(() => desk.reset())

const SOPS = async () => ({
  sops: { key: { generate: 'x25519' }, backup: { shares: { of: 3, needed: 2 }, out: await desk.folder() } },
})

/** The sandbox has no controller that would end a namespace. */
const phase = (): Promise<string> => desk.kubectl('get', 'namespace', 'flux-system', '--ignore-not-found', '-o', 'jsonpath={.status.phase}')

const secrets = (): Promise<string> => desk.kubectl('-n', 'flux-system', 'get', 'secrets', '-o', 'name')

describe('git.publish pr', () => {
  beforeEach(() => desk.push({ 'README.md': 'fleet\n' }))

  test('waits for the merge, goes on with what the branch has then, and changes nothing a second time', async () => {
    const file = await desk.file({ ...(await SOPS()), git: { publish: 'pr' } })

    const waiting = await desk.bootstrap(file)
    expect(waiting, waiting.stdout).toMatchObject({ code: 4 })
    expect(await desk.log()).toEqual(['by somebody else'])
    expect(await desk.kubectl('-n', 'flux-system', 'get', 'deployments', '-o', 'name')).toBe('')
    const [pull] = await pulls(desk)
    await desk.push({ 'elsewhere.md': 'by others\n' })
    await merge(desk, pull?.number ?? 0)
    const said = await desk.start(['runs', 'resume', runOf(waiting), '--yes'])

    expect(said, said.stdout).toMatchObject({ code: 0 })
    expect(await isReady(desk)).toBe('True')
    expect(await branches(desk)).toEqual(['main'])
    const before = await desk.versions()
    const again = await desk.bootstrap(file)
    expect(again, again.stdout).toMatchObject({ code: 0 })
    expect(await pulls(desk)).toHaveLength(1)
    expect(await desk.versions()).toEqual(before)
  })

  test('is taken back before the merge: closed, no branch, and nothing in the cluster', async () => {
    const waiting = await desk.bootstrap(await desk.file(), {}, '--pr')

    const said = await desk.start(['runs', 'abandon', runOf(waiting), '--yes'])

    expect(said, said.stdout).toMatchObject({ code: 0 })
    expect(await pulls(desk)).toMatchObject([{ state: 'closed', merged: false }])
    expect(await branches(desk)).toEqual(['main'])
    expect(await phase()).toBe('Terminating')
    expect(await secrets()).toBe('')
  })

  test('is not taken back behind the merge', async () => {
    const waiting = await desk.bootstrap(await desk.file(), {}, '--pr')
    await merge(desk, (await pulls(desk))[0]?.number ?? 0)

    const said = await desk.start(['runs', 'abandon', runOf(waiting), '--yes'])

    expect(said.code).not.toBe(0)
    expect(said.stderr + said.stdout).toContain('is merged')
  })

  test('a dry run opens nothing', async () => {
    const said = await desk.bootstrap(await desk.file(), {}, '--pr', '--dry-run')

    expect(said, said.stdout).toMatchObject({ code: 0 })
    expect(await pulls(desk)).toEqual([])
    expect(await branches(desk)).toEqual(['main'])
  })
})

test('an empty repository has nothing to propose to', async () => {
  const said = await desk.bootstrap(await desk.file(), {}, '--pr')

  expect(said.code).toBe(3)
  expect(said.stdout).toContain('the repository is empty: it has no branch that a pull request could go to')
})

describe('git.publish none', () => {
  test('writes into a clone of mine, waits until I have pushed, and goes on with that', async () => {
    await desk.push({ 'README.md': 'fleet\n' })
    const { dir, git } = await ownClone(desk)
    const file = await desk.file(await SOPS())

    const waiting = await desk.bootstrap(file, {}, '--no-push', '--repo', dir)
    expect(waiting, waiting.stdout).toMatchObject({ code: 4 })
    expect(await readFile(join(dir, 'clusters/prod/flux-system/gotk-sync.yaml'), 'utf8')).toContain('kind: GitRepository')
    expect(await desk.log()).toEqual(['by somebody else'])
    expect(await desk.start(['runs', 'resume', runOf(waiting), '--yes'])).toMatchObject({ code: 4 })
    await git('add', '--all')
    await git('commit', '--quiet', '-m', 'Bootstrap, by me')
    await git('push', '--quiet', 'origin', 'HEAD:main')
    const said = await desk.start(['runs', 'resume', runOf(waiting), '--yes'])

    expect(said, said.stdout).toMatchObject({ code: 0 })
    expect(await desk.log()).toEqual(['Bootstrap, by me', 'by somebody else'])
    expect(await isReady(desk)).toBe('True')
    expect(await git('status', '--porcelain')).toBe('')
    const before = await desk.versions()
    expect(await desk.bootstrap(file, {}, '--no-push')).toMatchObject({ code: 0 })
    expect(await desk.versions()).toEqual(before)
  })

  test('is taken back: my clone and the cluster are as they were', async () => {
    await desk.push({ 'README.md': 'fleet\n' })
    const { dir, git } = await ownClone(desk)
    const waiting = await desk.bootstrap(await desk.file(), {}, '--no-push', '--repo', dir)

    const said = await desk.start(['runs', 'abandon', runOf(waiting), '--yes'])

    expect(said, said.stdout).toMatchObject({ code: 0 })
    expect(await git('status', '--porcelain')).toBe('')
    expect(await phase()).toBe('Terminating')
    expect(await secrets()).toBe('')
  })

  test('a clone with changes of mine is not written into', async () => {
    await desk.push({ 'README.md': 'fleet\n' })
    const { dir, git } = await ownClone(desk)
    await git('rm', '--quiet', 'README.md')

    const said = await desk.bootstrap(await desk.file(), {}, '--no-push', '--repo', dir)

    expect(said.code).toBe(3)
    expect(said.stdout).toContain('has changes of its own')
  })

  test('without a clone of mine the files lie in one of the tool’s own, whatever the repository has', async () => {
    const waiting = await desk.bootstrap(await desk.file({ git: { publish: 'none' } }))

    expect(waiting, waiting.stdout).toMatchObject({ code: 4 })
    const dir = /the files lie in (\/\S+), not committed/.exec(waiting.stderr)?.[1] ?? desk.work
    await desk.run('git', '-C', dir, 'add', '--all')
    await desk.run('git', '-C', dir, 'commit', '--quiet', '-m', 'by me')
    await desk.run('git', '-C', dir, 'push', '--quiet', desk.address(), 'HEAD:main')
    const said = await desk.start(['runs', 'resume', runOf(waiting), '--yes'])
    expect(said, said.stdout).toMatchObject({ code: 0 })
    expect(await isReady(desk)).toBe('True')
  })
})
