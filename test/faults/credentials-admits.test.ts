// What a real sshd says to a key that lies in memory alone.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createExec } from '../../src/adapters/exec.ts'
import { createGit } from '../../src/adapters/git.ts'
import { createRedactor } from '../../src/adapters/redactor.ts'
import type { Git, GitLogin } from '../../src/ports/git.ts'
import { Secret } from '../../src/ports/secret.ts'
import { namedTools } from '../../src/sandbox/standard.ts'
import { sshKey } from '../helpers/ssh-keys.ts'
import { type SshServer, startSshd } from '../helpers/ssh-server.ts'

let work: string
let temporary: string
let sshd: SshServer
let git: Git

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'flux-ops-admits-'))
  temporary = join(work, 'tmp')
  await mkdir(temporary)
  await promisify(execFile)('git', ['init', '--quiet', '--bare', join(work, 'repo.git')])
  const { sshd: program = '' } = await namedTools(['ssh'], () => {})
  sshd = await startSshd(program, join(work, 'sshd'))
  git = createGit(createExec({ env: process.env, redactor: createRedactor() }))
})
afterAll(async () => {
  await sshd?.close()
  await rm(work, { recursive: true, force: true })
})
beforeEach(() => sshd.authorise([sshd.line]))

const url = (): string => `${sshd.url}${join(work, 'repo.git')}`
const login = (key: string, knownHosts = sshd.knownHosts(), passphrase?: string): GitLogin => ({
  how: 'key',
  key: new Secret(key),
  passphrase: passphrase === undefined ? undefined : new Secret(passphrase),
  knownHosts,
})
const READ = { write: false }
const WRITE = { write: true }

test('a key that is registered is let in, to write as well, and nothing is written', async () => {
  expect(await git.admits(url(), login(sshd.identity), WRITE)).toMatchObject({ answer: 'in' })

  const { stdout } = await promisify(execFile)('git', ['-C', join(work, 'repo.git'), 'for-each-ref'])
  expect(stdout).toBe('')
})

test('a key that is not is refused, though the agent of the person has one that is', async () => {
  const home = join(work, 'home')
  await mkdir(join(home, '.ssh'), { recursive: true })
  await writeFile(join(home, '.ssh', 'id_ed25519'), sshd.identity, { mode: 0o600 })
  const agent = await promisify(execFile)('ssh-agent', ['-s'])
  const [, socket = ''] = /SSH_AUTH_SOCK=([^;]+);/.exec(agent.stdout) ?? []
  const [, pid = ''] = /SSH_AGENT_PID=(\d+);/.exec(agent.stdout) ?? []
  const env = { ...process.env, HOME: home, SSH_AUTH_SOCK: socket }
  try {
    await promisify(execFile)('ssh-add', ['-q', join(home, '.ssh', 'id_ed25519')], { env })
    const theirs = createGit(createExec({ env, redactor: createRedactor() }))

    expect(await theirs.admits(url(), login(sshKey().identity), READ)).toMatchObject({ answer: 'refused' })
  } finally {
    process.kill(Number(pid))
  }
})

test('a key that may only read is told from one that may write', async () => {
  const says = 'echo \\"ERROR: The key you are authenticating with has been marked as read only.\\" >&2; exit 1'
  const only = `command="case \\"$SSH_ORIGINAL_COMMAND\\" in git-upload-pack*) eval \\"$SSH_ORIGINAL_COMMAND\\";; *) ${says};; esac"`
  await sshd.authorise([`${only} ${sshd.line}`])

  expect(await git.admits(url(), login(sshd.identity), READ)).toMatchObject({ answer: 'in' })
  expect(await git.admits(url(), login(sshd.identity), WRITE)).toMatchObject({
    answer: 'read-only',
    said: expect.stringContaining('marked as read only'),
  })
})

test('a server that shows another host key is no refusal', async () => {
  const other = sshd.knownHosts().replace(/ssh-ed25519 .*/, sshKey().line)

  await expect(git.admits(url(), login(sshd.identity, other), READ)).rejects.toMatchObject({ code: 'git-host-key' })
  await expect(git.admits(url(), login(sshd.identity, ''), READ)).rejects.toMatchObject({ code: 'git-host-key' })
})

test('a server that is not there is no refusal', async () => {
  await expect(git.admits('ssh://git@127.0.0.1:1/none.git', login(sshd.identity), READ)).rejects.toMatchObject({ code: 'git-unreachable' })
})

test('a locked key is unlocked by OpenSSH, and a wrong passphrase is told', async () => {
  const path = join(work, 'locked')
  await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'open sesame', '-f', path])
  const [text, line] = [await readFile(path, 'utf8'), (await readFile(`${path}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ')]
  await sshd.authorise([line])

  expect(await git.admits(url(), login(text, undefined, 'open sesame'), READ)).toMatchObject({ answer: 'in' })
  await expect(git.admits(url(), login(text, undefined, 'wrong'), READ)).rejects.toMatchObject({ code: 'key-locked' })
})

test('nothing is left in the folder for temporary files, and never the key', async () => {
  const before = process.env.TMPDIR
  process.env.TMPDIR = temporary
  try {
    await git.admits(url(), login(sshd.identity), WRITE)
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }

  expect(await readdir(temporary)).toEqual([])
})
