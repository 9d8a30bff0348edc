// Asks a git server whether it lets credentials in, with these credentials alone: what the person is set up with (keys, agents, helpers, netrc, shared
// connections, rewritten addresses) would let in what Flux cannot use.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OpsError, usageError } from '../errors.ts'
import type { Exec, ExecResult } from '../ports/exec.ts'
import type { Admission, GitLogin } from '../ports/git.ts'
import { Secret } from '../ports/secret.ts'
import type { HeldKey } from '../ssh/agent.ts'
import { readPrivateKey } from '../ssh/private-key.ts'
import { withAgent } from './ssh-agent.ts'

const TIMEOUT_MS = 60_000
const HEADER = 'FLUX_OPS_GIT_HEADER'

/** Nothing of the person's own: home, configuration, helpers and programs that ask. */
const alone = (folder: string): Record<string, string> => ({
  HOME: folder,
  GIT_CEILING_DIRECTORIES: folder,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_COUNT: '0',
  GIT_CONFIG_PARAMETERS: '',
  GIT_ALLOW_PROTOCOL: 'ssh:https:http',
  GIT_SSH_VARIANT: 'ssh',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: 'false',
  SSH_ASKPASS: 'false',
  SSH_AUTH_SOCK: '',
  NETRC: '/dev/null',
  LC_ALL: 'C',
  LANGUAGE: 'C',
})

interface Way {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | Secret>>
}

const socketOf = (folder: string): string => join(folder, 'agent')

/** Of the address of a socket (unix(7)). */
const LONGEST_SOCKET = 100

/** `-F none`: a proof must not come by a key, a host key or an open connection of the person's own. */
function sshCommand(folder: string): string {
  const options = [
    'BatchMode=yes',
    `IdentityAgent="${socketOf(folder)}"`,
    'IdentityFile=none',
    'PreferredAuthentications=publickey',
    'StrictHostKeyChecking=yes',
    'GlobalKnownHostsFile=none',
    `UserKnownHostsFile="${join(folder, 'known_hosts')}"`,
    'ConnectTimeout=20',
  ]
  return ['ssh', '-F', 'none', ...options.flatMap((option) => ['-o', `'${option.replaceAll("'", `'\\''`)}'`])].join(' ')
}

async function wayOf(folder: string, url: string, login: GitLogin): Promise<Way> {
  if (login.how === 'key') {
    await writeFile(join(folder, 'known_hosts'), login.knownHosts, { mode: 0o600 })
    return { args: [], env: { GIT_SSH_COMMAND: sshCommand(folder) } }
  }
  const { username, token, bearer, authorities } = login
  const value = bearer ? `Bearer ${token.reveal()}` : `Basic ${Buffer.from(`${username}:${token.reveal()}`).toString('base64')}`
  const file = join(folder, 'authorities.pem')
  if (authorities !== undefined) await writeFile(file, authorities, { mode: 0o600 })
  const { origin } = new URL(url)
  return {
    args: [
      '-c',
      'credential.helper=',
      `--config-env=http.${origin}/.extraHeader=${HEADER}`,
      ...(authorities === undefined ? [] : ['-c', `http.sslCAInfo=${file}`]),
    ],
    env: { [HEADER]: new Secret(`Authorization: ${value}`) },
  }
}

/** Once: ssh-add asks again for as long as it is answered. */
const ASKPASS = '#!/bin/sh\n[ -e "$0.asked" ] && exit 1\n: > "$0.asked"\nprintf \'%s\\n\' "$FLUX_OPS_ASKPASS"\n'

const locked = (): OpsError =>
  usageError(
    'key-locked',
    'the key is locked, and the passphrase does not fit it',
    'ssh-keygen -y -f FILE   asks for the passphrase and shows whether it does',
  )

/** OpenSSH unlocks it, and gives it to our own agent. */
async function unlock(exec: Exec, folder: string, { key, passphrase }: GitLogin & { how: 'key' }, keys: HeldKey[]): Promise<void> {
  const program = join(folder, 'askpass')
  await writeFile(program, ASKPASS, { mode: 0o700 })
  await exec.run({
    tool: 'ssh-add',
    args: ['-q', '-'],
    effect: 'read',
    stdin: key,
    cwd: folder,
    env: {
      SSH_AUTH_SOCK: socketOf(folder),
      SSH_ASKPASS: program,
      SSH_ASKPASS_REQUIRE: 'force',
      ...(passphrase !== undefined && { FLUX_OPS_ASKPASS: passphrase }),
    },
    timeoutMs: 30_000,
    allowFailure: true,
  })
  if (keys.length === 0) throw locked()
}

const HOST_KEY = /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|host key is known for/i
const REFUSED =
  /Permission denied|Authentication failed|could not read (Username|Password)|HTTP Basic: Access denied|returned error: 40[13]|Invalid username|Access denied|repository '[^']*' not found|Repository not found|could not be found or you don't have permission|unable to read askpass/i
const AWAY =
  /Could not resolve|Connection (refused|timed out|reset|closed)|Failed to connect|Operation timed out|Network is unreachable|No route to host|returned error: 5\d\d|early EOF|kex_exchange_identification/i

const MOST_SAID = 2_000

const saidBy = ({ stderr, stdout }: ExecResult): string =>
  `${stderr}\n${stdout}`
    .split(/\r?\n/)
    .filter(
      (line) => line.trim() !== '' && !/^(hint:|Please make sure|and the repository exists|fatal: Could not read from remote)/.test(line),
    )
    .slice(-6)
    .join('; ')
    .slice(0, MOST_SAID)

const failure = (code: string, message: string, ...hints: string[]): OpsError => new OpsError({ code, message, hints })

/** Pure. Undefined: it is the server that says no. */
export function notAnAnswer(url: string, result: ExecResult): OpsError | undefined {
  const text = `${result.stderr}\n${result.stdout}`
  if (/cannot run ssh|ssh: (command )?not found/i.test(text))
    return usageError('tool-missing', 'ssh is not installed, or not in PATH', "install your system's package openssh-client")
  if (HOST_KEY.test(text))
    return failure(
      'git-host-key',
      `${url} shows a host key that is not the pinned one`,
      'compare it with what your provider publishes, by another way',
      'flux-ops recover   names the fix where it is to be exchanged',
    )
  if (AWAY.test(text) || !REFUSED.test(text))
    return failure(
      'git-unreachable',
      `${url} cannot be reached from here: ${saidBy(result)}`,
      'is it reached through a VPN or a proxy? It has to be reached from this machine as well',
    )
  return undefined
}

/** A commit without files, so that there is something that could be pushed. */
async function emptyCommit(git: (args: readonly string[], stdin?: string) => Promise<ExecResult>): Promise<string> {
  const tree = (await git(['hash-object', '-t', 'tree', '-w', '--stdin'], '')).stdout.trim()
  return (
    await git(['-c', 'user.name=flux-ops', '-c', 'user.email=flux-ops@localhost', 'commit-tree', tree, '-m', 'never sent'])
  ).stdout.trim()
}

interface Question {
  readonly url: string
  readonly login: GitLogin
  readonly write: boolean
}

async function ask(exec: Exec, folder: string, { url, login, write }: Question): Promise<Admission> {
  const way = await wayOf(folder, url, login)
  const git = (args: readonly string[], stdin?: string): Promise<ExecResult> =>
    exec.run({
      tool: 'git',
      args: ['--bare', ...way.args, ...args],
      effect: 'read',
      cwd: folder,
      env: { ...alone(folder), ...way.env },
      timeoutMs: TIMEOUT_MS,
      allowFailure: true,
      ...(stdin !== undefined && { stdin }),
    })
  const read = await git(['ls-remote', '--quiet', '--', url, 'HEAD'])
  const lost = read.exitCode === 0 ? undefined : notAnAnswer(url, read)
  if (lost !== undefined) throw lost
  if (read.exitCode !== 0) return { answer: 'refused', said: saidBy(read) }
  if (!write) return { answer: 'in', said: '' }
  await git(['init', '--quiet'])
  const commit = await emptyCommit(git)
  const pushed = await git(['push', '--dry-run', '--no-verify', '--porcelain', '--', url, `${commit}:refs/heads/flux-ops-never-sent`])
  if (pushed.exitCode === 0) return { answer: 'in', said: '' }
  // It has just been let in: what is no trouble of the line is a refusal, in whatever words.
  if (AWAY.test(`${pushed.stderr}${pushed.stdout}`)) throw notAnAnswer(url, pushed)
  return { answer: 'read-only', said: saidBy(pushed) }
}

/** As the port has it. */
export async function admits(exec: Exec, question: Question): Promise<Admission> {
  const { login } = question
  const folder = await mkdtemp(join(tmpdir(), 'flux-ops-')) // mode 0700
  try {
    if (login.how === 'token') return await ask(exec, folder, question)
    if (socketOf(folder).length > LONGEST_SOCKET)
      throw usageError('path-too-long', `${folder} is too long for a socket`, 'TMPDIR=/tmp, and the same command again')
    const read = readPrivateKey(login.key.reveal(), login.passphrase?.reveal())
    const keys: HeldKey[] = read?.key === undefined ? [] : [{ public: read.public, key: read.key }]
    return await withAgent(socketOf(folder), keys, async () => {
      if (keys.length === 0) await unlock(exec, folder, login, keys)
      return ask(exec, folder, question)
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
