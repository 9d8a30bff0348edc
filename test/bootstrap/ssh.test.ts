// A repository behind a real sshd: the key and the host key are those of the file, and never those that a server merely shows.

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { withAgent } from '../../src/adapters/ssh-agent.ts'
import { namedTools } from '../../src/sandbox/standard.ts'
import { readPrivateKey } from '../../src/ssh/private-key.ts'
import type { CliResult } from '../cli/flux-ops.ts'
import { sshKey } from '../helpers/ssh-keys.ts'
import { type SshServer, startSshd } from '../helpers/ssh-server.ts'
import { BootstrapDesk } from '../runbooks/bootstrap/desk.ts'
import { isReady, runOf } from './publishing.ts'

let desk: BootstrapDesk
let sshd: SshServer

beforeAll(async () => {
  desk = await BootstrapDesk.open()
  const { sshd: program = '' } = await namedTools(['ssh'], () => {})
  sshd = await startSshd(program, join(desk.work, 'sshd'))
  await writeFile(join(desk.work, 'id'), sshd.identity, { mode: 0o600 })
  await writeFile(join(desk.work, 'stranger'), sshKey().identity, { mode: 0o600 })
  await desk.tell('passphrase of an SSH key', PASSPHRASE)
  // What stands before it is the same in every such file.
  await desk.tell('SSH key', sshd.identity.split('\n')[3] ?? '')
})
afterAll(async () => {
  await sshd?.close()
  await desk?.close()
})
beforeEach(() => desk.reset())

const PASSPHRASE = 'correct horse battery staple'

/** The key that the server lets in, locked. */
async function lockedKey(): Promise<void> {
  const file = join(desk.work, 'locked')
  await writeFile(file, sshd.identity, { mode: 0o600 })
  await promisify(execFile)('ssh-keygen', ['-q', '-p', '-P', '', '-N', PASSPHRASE, '-f', file])
  expect(await readFile(file, 'utf8')).not.toBe(sshd.identity)
}

/** As ssh-keygen -l prints it. */
const fingerprint = (): string => {
  const blob = sshd.knownHosts().trim().split(' ')[2] ?? ''
  return `SHA256:${createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64').replace(/=+$/, '')}`
}

const fileWith = (ssh: Record<string, unknown>): Promise<string> =>
  desk.file({ git: { url: `${sshd.url}${desk.bare()}`, allowInsecure: false, auth: { ssh: { privateKeyFile: 'id', ...ssh } } } })

const secret = async (): Promise<Record<string, string>> =>
  JSON.parse(await desk.kubectl('-n', 'flux-system', 'get', 'secret', 'flux-system', '-o', 'jsonpath={.data}'))

test('with the fingerprint of the host key everything is Ready, and Flux has that host key and no other', async () => {
  const said = await desk.bootstrap(await fileWith({ hostKeys: [fingerprint()] }))

  expect(said).toMatchObject({ code: 0 })
  expect(Buffer.from((await secret()).known_hosts ?? '', 'base64').toString()).toBe(sshd.knownHosts())
  expect(await desk.log()).toHaveLength(1)
})

test('with a known_hosts it is the same', async () => {
  await writeFile(join(desk.work, 'known_hosts'), `other.example.com ssh-ed25519 AAAA\n${sshd.knownHosts()}`)

  const said = await desk.bootstrap(await fileWith({ knownHostsFile: 'known_hosts' }))

  expect(said).toMatchObject({ code: 0 })
  expect(Buffer.from((await secret()).known_hosts ?? '', 'base64').toString()).toBe(sshd.knownHosts())
})

test('a server that shows another host key is refused, and nothing is asked of it with the key', async () => {
  const file = await fileWith({ hostKeys: [fingerprint()] })
  await sshd.rekey()

  const said = await desk.bootstrap(file)

  expect(said.code).toBe(6)
  expect(said.stderr).toMatch(/✗ \[127\.0\.0\.1\]:\d+ shows none of the host keys that the file names/)
  expect(said.stderr).not.toContain(fingerprint())
  expect(await desk.kubectl('get', 'namespaces', '-o', 'name')).not.toContain('flux-system')
})

/** As somebody whose own key is in an agent. */
async function asOwner<T>(work: (env: Record<string, string>) => Promise<T>): Promise<T> {
  const read = readPrivateKey(sshd.identity)
  const path = join(await desk.folder(), 'agent')
  return withAgent(path, read?.key === undefined ? [] : [{ public: read.public, key: read.key }], () => work({ SSH_AUTH_SOCK: path }))
}

const generated = (algorithm = 'ed25519'): Promise<string> =>
  desk.file({
    git: {
      url: `${sshd.url}${desk.bare()}`,
      allowInsecure: false,
      auth: { ssh: { generate: algorithm, hostKeys: [fingerprint()] } },
    },
  })

const shownKey = ({ stderr }: CliResult): string => /((?:ssh|ecdsa)-\S+ AAAA\S+ \S+)/.exec(stderr)?.[1] ?? ''

/** All that the run has left behind on this machine. */
async function leftBehind(): Promise<string> {
  const entries = await readdir(desk.state, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.includes('/.git'))
  return (await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')))).join('\n')
}

test('a key is made and shown; once it is registered everything becomes Ready', async () => {
  await asOwner(async (env) => {
    const file = await generated()

    const waiting = await desk.bootstrap(file, env)
    expect(waiting, waiting.stderr).toMatchObject({ code: 4 })
    expect(waiting.stderr).toMatch(/fingerprint +SHA256:/)
    expect(waiting.stderr).toMatch(/write access +no/)
    expect(await desk.log()).toEqual([])
    expect(await desk.start(['runs', 'resume', runOf(waiting), '--yes'], env)).toMatchObject({ code: 4 })
    expect(Buffer.from((await secret()).identity ?? '', 'base64').toString()).toContain('PRIVATE KEY')
    expect(await leftBehind()).not.toContain('PRIVATE KEY')
    await sshd.admit(shownKey(waiting))
    const said = await desk.start(['runs', 'resume', runOf(waiting), '--yes'], env)

    expect(said, said.stderr).toMatchObject({ code: 0 })
    expect(await isReady(desk)).toBe('True')
    const before = await desk.versions()
    expect(await desk.bootstrap(file, env)).toMatchObject({ code: 0 })
    expect(await desk.versions()).toEqual(before)
  })
})

// The sshd of the sandbox is built without OpenSSL and lets in neither; one of ECDSA is let in by Gitea (forge.test.ts).
test.each([
  ['ecdsa-p384', 'ecdsa-sha2-nistp384'],
  ['rsa-4096', 'ssh-rsa'],
])('a key of %s is made and shown, and waited for', async (algorithm, type) => {
  await asOwner(async (env) => {
    const waiting = await desk.bootstrap(await generated(algorithm), env)

    expect(waiting, waiting.stderr).toMatchObject({ code: 4 })
    expect(shownKey(waiting)).toMatch(new RegExp(`^${type} AAAA`))
    expect(await desk.log()).toEqual([])
  })
})

test('a key that waits to be registered is taken back', async () => {
  await asOwner(async (env) => {
    const waiting = await desk.bootstrap(await generated(), env)

    const said = await desk.start(['runs', 'abandon', runOf(waiting), '--yes'], env)

    expect(said, said.stderr).toMatchObject({ code: 0 })
    expect(said.stderr).toMatch(/deploy key SHA256:\S+ is yours to take out of the repository/)
    expect(await desk.kubectl('-n', 'flux-system', 'get', 'secrets', '-o', 'name')).toBe('')
  })
})

test('who has no key of their own that is let in is told so, and nothing is made', async () => {
  const said = await desk.bootstrap(await generated(), { SSH_AUTH_SOCK: '' })

  expect(said.code).not.toBe(0)
  expect(said.stderr).toContain('you reach the repository with your own')
  expect(await desk.kubectl('get', 'namespaces', '-o', 'name')).not.toContain('flux-system')
})

test('a Secret with a host key that was never pinned is not gone on with', async () => {
  await desk.kubectl('create', 'namespace', 'flux-system')
  const other = `--from-literal=known_hosts=127.0.0.1 ssh-ed25519 ${Buffer.alloc(51).toString('base64')}`
  await desk.kubectl('-n', 'flux-system', 'create', 'secret', 'generic', 'flux-system', `--from-literal=identity=${sshd.identity}`, other)

  const said = await asOwner(async (env) => desk.bootstrap(await generated(), env))

  expect(said.code).toBe(3)
  expect(said.stdout).toContain('git-secret-free')
})

const namespaces = (): Promise<string> => desk.kubectl('get', 'namespaces', '-o', 'name')

test('with a key that has a passphrase everything is cloned, pushed and fetched by Flux', async () => {
  await lockedKey()
  const file = await fileWith({ privateKeyFile: 'locked', passphraseEnv: 'KEY_PASSPHRASE', hostKeys: [fingerprint()] })

  const said = await desk.bootstrap(file, { KEY_PASSPHRASE: PASSPHRASE })

  expect(said, `${said.stdout}${said.stderr}`).toMatchObject({ code: 0 })
  expect(await desk.log()).toHaveLength(1)
  const { identity = '', password = '' } = await secret()
  expect(Buffer.from(identity, 'base64').toString()).toBe(await readFile(join(desk.work, 'locked'), 'utf8'))
  expect(Buffer.from(password, 'base64').toString()).toBe(PASSPHRASE)
  const head = (await desk.run('git', '-C', desk.bare(), 'rev-parse', 'main')).trim()
  const fetched = await desk.kubectl(
    '-n',
    'flux-system',
    'get',
    'gitrepository',
    'flux-system',
    '-o',
    'jsonpath={.status.artifact.revision}',
  )
  expect(fetched).toBe(`main@sha1:${head}`)
})

test.each<[string, Record<string, unknown>, Record<string, string>, RegExp]>([
  ['that the server does not know', { privateKeyFile: 'stranger' }, {}, /did not let us in[\s\S]*was shown: the key \S+\/stranger/],
  ['whose passphrase is not named', { privateKeyFile: 'locked' }, {}, /did not let us in[\s\S]*git\.auth\.ssh\.passphraseEnv/],
  ['whose passphrase is not set', { privateKeyFile: 'locked', passphraseEnv: 'KEY_PASSPHRASE' }, {}, /KEY_PASSPHRASE is not set/],
  [
    'whose passphrase is another',
    { privateKeyFile: 'locked', passphraseEnv: 'KEY_PASSPHRASE' },
    { KEY_PASSPHRASE: 'wrong' },
    /did not let us in[\s\S]*unlocked with the passphrase of KEY_PASSPHRASE/,
  ],
])('a key %s is told by its name, and nothing is changed', async (_what, ssh, env, words) => {
  await lockedKey()

  const said = await desk.bootstrap(await fileWith({ ...ssh, hostKeys: [fingerprint()] }), env)

  expect(said.code, said.stderr).toBe(2)
  expect(said.stderr).toMatch(words)
  expect(await namespaces()).not.toContain('flux-system')
})
