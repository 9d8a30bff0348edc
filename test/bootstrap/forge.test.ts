// Repositories on a real forge: who brings the commit to the branch, and how Flux gets to it.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { BootstrapDesk } from '../runbooks/bootstrap/desk.ts'
import { asGithub, asGitlab, flatPath } from './dialects.ts'
import { pinned } from './pinned.ts'
import { branches, isReady, merge, ownClone, pulls, runOf } from './publishing.ts'
import { startTlsForge, type TlsForge, type Translate } from './tls-forge.ts'

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

type Section = Record<string, unknown>

/** A file of the examples, for this cluster and a forge that answers here. */
async function example(name: string, forge: Section, git: Section): Promise<string> {
  const given = parse(await readFile(new URL(`../../examples/${name}.yaml`, import.meta.url), 'utf8')) as Record<string, Section>
  const { context } = parse(await readFile(await desk.file(), 'utf8')).cluster
  const merged = {
    ...given,
    cluster: { context },
    flux: { ...given.flux, version: '2.9.2' },
    forge: { ...given.forge, ...forge },
    git: { ...given.git, ...git },
  }
  const path = join(desk.work, `${name}.yaml`)
  await writeFile(path, stringify(merged))
  return path
}

const front = async (translate?: Translate, repository?: (path: string) => string): Promise<TlsForge> =>
  startTlsForge({
    real: new URL(desk.server).origin,
    gitea: desk.tool('gitea'),
    folder: await desk.folder(),
    ...(translate && { translate }),
    ...(repository && { repository }),
  })

const keysOf = (path: string): Promise<{ title: string; read_only: boolean }[]> => desk.api('GET', `/repos/${path}/keys`)

const commitsOf = async (path: string): Promise<string[]> =>
  (await desk.api<{ commit: { message: string } }[]>('GET', `/repos/${path}/commits`)).map(
    ({ commit }) => commit.message.split('\n')[0] ?? '',
  )

/** Bootstraps, and once more, which may change nothing. */
async function twice(file: string, env: Record<string, string>, path: string): Promise<void> {
  const said = await desk.bootstrap(file, env)
  expect(said, said.stderr).toMatchObject({ code: 0 })
  expect(await isReady(desk)).toBe('True')
  const [before, keys, commits] = [await desk.versions(), await keysOf(path), await commitsOf(path)]
  const again = await desk.bootstrap(file, env)
  expect(again, again.stderr).toMatchObject({ code: 0 })
  expect(await desk.versions()).toEqual(before)
  expect(await keysOf(path)).toEqual(keys)
  expect(await commitsOf(path)).toEqual(commits)
}

test('git-https.yaml, behind TLS with a CA of its own: proposed, merged, every layer Ready, and a second time nothing changes', async () => {
  await desk.push({ 'README.md': 'fleet\n' })
  const forge = await front()
  const token = { env: 'GIT_TOKEN', username: 'sandbox', caFile: forge.caFile }
  const { forge: _none, ...given } = parse(
    await readFile(await example('git-https', {}, { url: `https://${forge.host}/sandbox/fleet.git`, auth: { token } }), 'utf8'),
  )
  const file = join(desk.work, 'git-https.yaml')
  await writeFile(file, stringify(given))
  const env = { GIT_TOKEN: desk.password }

  const unpulled = await desk.bootstrap(file, env)
  expect(unpulled.code).toBe(3)
  expect(unpulled.stdout).toContain('Secret flux-system/registry is not there: no controller would start')
  await desk.kubectl('create', 'namespace', 'flux-system')
  await desk.kubectl('-n', 'flux-system', 'create', 'secret', 'docker-registry', 'registry', '--docker-password=x', '--docker-username=x')
  const waiting = await desk.bootstrap(file, env)
  expect(waiting, waiting.stdout + waiting.stderr).toMatchObject({ code: 4 })
  await merge(desk, (await pulls(desk))[0]?.number ?? 0)
  const said = await desk.start(['runs', 'resume', runOf(waiting), '--yes'], env)

  expect(said, said.stdout + said.stderr).toMatchObject({ code: 0 })
  expect(await isReady(desk)).toBe('True')
  const [before, commits] = [await desk.versions(), await desk.log()]
  const again = await desk.bootstrap(file, env)
  expect(again, again.stdout + again.stderr).toMatchObject({ code: 0 })
  expect(await desk.versions()).toEqual(before)
  expect(await desk.log()).toEqual(commits)
  await forge.close()
})

describe('style gitea', () => {
  let forge: TlsForge

  beforeAll(async () => {
    forge = await front()
    await writeFile(join(desk.work, 'forge-token'), `${desk.password}\n`, { mode: 0o600 })
  })
  afterAll(() => forge?.close())

  const overSsh = async (hostKeys?: string[]): Promise<string> =>
    example(
      'gitea',
      { hostname: forge.host, owner: 'sandbox', sshHostname: desk.ssh, caFile: forge.caFile },
      { auth: { ssh: { generate: 'ecdsa-p384', hostKeys: hostKeys ?? [await pinned(desk)] } } },
    )
  const env = (): Record<string, string> => ({ GITEA_TOKEN: desk.password })

  test('over SSH: repository, deploy key and pinned host key; flux bootstrap finds nothing to make; a second time nothing changes', async () => {
    await twice(await overSsh(), env(), 'sandbox/home-ops')

    expect(await commitsOf('sandbox/home-ops')).toEqual(['Bootstrap cluster home with Flux 2.9.2'])
    expect(await keysOf('sandbox/home-ops')).toMatchObject([{ title: 'flux-system-flux-system-main-./clusters/home', read_only: true }])
  })

  test('over HTTPS with the token and a certificate authority of one’s own it is the same', async () => {
    const token = { file: 'forge-token', caFile: forge.caFile }
    const file = await example('gitea', { hostname: forge.host, owner: 'sandbox', token: undefined }, { auth: { token } })

    await twice(file, {}, 'sandbox/home-ops')

    expect(await commitsOf('sandbox/home-ops')).toEqual(['Bootstrap cluster home with Flux 2.9.2'])
  })

  test('a dry run makes no repository', async () => {
    const said = await desk.bootstrap(await overSsh(), env(), '--dry-run')

    expect(said, said.stderr).toMatchObject({ code: 0 })
    expect(said.stdout + said.stderr).toContain('bootstrap gitea --owner=sandbox')
    await expect(desk.api('GET', '/repos/sandbox/home-ops')).rejects.toThrow('404')
  })

  test('a server that shows none of the pinned host keys is refused, and nothing is made', async () => {
    const said = await desk.bootstrap(await overSsh([`SHA256:${'A'.repeat(43)}`]), env())

    expect(said.code).toBe(6)
    await expect(desk.api('GET', '/repos/sandbox/home-ops')).rejects.toThrow('404')
    expect(await phase()).toBe('')
  })

  test('a token that the forge does not know is told at once', async () => {
    const said = await desk.bootstrap(await overSsh(), { GITEA_TOKEN: '0'.repeat(40) })

    expect(said.code).not.toBe(0)
    expect(said.stderr).toContain('a token that may make repositories')
    expect(await phase()).toBe('')
  })
})

describe('styles of other forges, on a stand-in for their API', () => {
  test('github: an organization, a team, a deploy key that may push, image controllers', async () => {
    await desk.api('POST', '/orgs', { username: 'acme' })
    const units = ['repo.code']
    await desk.api('POST', '/orgs/acme/teams', { name: 'platform', permission: 'write', units, includes_all_repositories: false })
    await desk.api('PUT', `/teams/${(await desk.api<{ id: number }[]>('GET', '/orgs/acme/teams'))[0]?.id}/members/sandbox`)
    const forge = await front(asGithub)
    const hostname = forge.host.replace('127.0.0.1', 'localhost')
    const auth = { ssh: { generate: 'ed25519', hostKeys: [await pinned(desk)] } }
    const file = await example('github', { hostname, sshHostname: desk.ssh, caFile: forge.caFile }, { auth })

    await twice(file, { GITHUB_TOKEN: await desk.adminToken() }, 'acme/fleet')

    expect(await commitsOf('acme/fleet')).toEqual(['Bootstrap cluster prod-eu with Flux 2.9.2'])
    expect(await keysOf('acme/fleet')).toMatchObject([{ read_only: false }])
    expect(forge.calls.filter((call) => call.includes('/teams/'))).toContain('PUT /api/v3/orgs/acme/teams/platform/repos/acme/fleet')
    await forge.close()
  })

  test('gitlab: a group in a group, shared with a group, read with the token', async () => {
    await desk.api('POST', '/orgs', { username: 'platform-clusters' })
    const forge = await front(asGitlab(['sre']), flatPath)
    await writeFile(join(desk.work, 'gitlab-token'), `${await desk.adminToken()}\n`, { mode: 0o600 })
    const auth = { token: { file: 'gitlab-token', caFile: forge.caFile } }
    const file = await example('gitlab', { hostname: forge.host }, { auth })

    await twice(file, {}, 'platform-clusters/fleet')

    expect(await commitsOf('platform-clusters/fleet')).toEqual(['Bootstrap cluster prod-eu with Flux 2.9.2'])
    expect(forge.calls).toContain('POST /api/v4/projects/platform%2Fclusters%2Ffleet/share')
    await forge.close()
  })
})
