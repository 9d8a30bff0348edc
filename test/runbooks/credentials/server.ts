// The git server as whoever runs it sees it: which credentials it takes. A real sshd in front of the sandbox's repository, or the sandbox's own over HTTP.
import { randomUUID } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SandboxPaths } from '../../../src/sandbox/index.ts'
import { namedTools } from '../../../src/sandbox/standard.ts'
import { readPrivateKey } from '../../../src/ssh/private-key.ts'
import { sshKey } from '../../helpers/ssh-keys.ts'
import { type SshServer, startSshd } from '../../helpers/ssh-server.ts'
import { tellSecret } from '../../secrets/known-secrets.ts'

/** Entries of a Secret, in clear. */
export type Entries = Readonly<Record<string, string>>

export interface Server {
  readonly kind: 'ssh' | 'token'
  /** Of the repository, where it is another one than that of the sandbox. */
  readonly url: string | undefined
  /** The first credential, with host keys. */
  readonly first: Entries
  /** What to give to `credentials rotate`. */
  readonly flags: readonly string[]
  /** The same, as the runbook has it. */
  readonly next: object
  /** Takes these from now on, and no other. */
  take(...credentials: readonly Entries[]): Promise<void>
  /** Whether it would let this one in now. */
  takes(credential: Entries): Promise<boolean>
  /** Takes the first alone, as in the beginning. */
  reset(): Promise<void>
  close(): Promise<void>
}

const lineOf = ({ identity = '' }: Entries): string => {
  const key = readPrivateKey(identity)?.public
  if (key === undefined) throw new Error('no key that can be read')
  return `${key.type} ${key.blob.toString('base64')}`
}

export async function sshServer(paths: SandboxPaths, folder: string, repository: string): Promise<Server> {
  const { sshd: program = '' } = await namedTools(['ssh'], () => {})
  const sshd: SshServer = await startSshd(program, folder)
  const first = { identity: sshd.identity, known_hosts: sshd.knownHosts() }
  await tellSecret(paths, 'deploy key', sshd.identity.split('\n').slice(1, -2).join('').slice(60, 160))
  return {
    kind: 'ssh',
    url: `${sshd.url}${repository}`,
    first,
    flags: ['--generate', 'ed25519'],
    next: { how: 'generate', algorithm: 'ed25519' },
    take: (...credentials) => sshd.authorise(credentials.map(lineOf)),
    takes: async (credential) => (await readFile(join(folder, 'authorized-keys'), 'utf8')).split('\n').includes(lineOf(credential)),
    reset: () => sshd.authorise([sshd.line]),
    close: () => sshd.close(),
  }
}

export async function tokenServer(paths: SandboxPaths, first: Entries): Promise<Server> {
  const token = randomUUID()
  await tellSecret(paths, 'new token', token)
  const tokenFile = join(paths.secrets, 'new-token')
  await writeFile(tokenFile, `${token}\n`, { mode: 0o600 })
  const file = join(paths.secrets, 'git-passwords')
  const take = async (...credentials: readonly Entries[]): Promise<void> => {
    await writeFile(`${file}.next`, `${credentials.map(({ password }) => password).join('\n')}\n`, { mode: 0o600 })
    await rename(`${file}.next`, file)
  }
  return {
    kind: 'token',
    url: undefined,
    first,
    flags: ['--token-file', tokenFile],
    next: { how: 'token', env: null, file: tokenFile, username: null },
    take,
    takes: async ({ password = '' }) => (await readFile(file, 'utf8').catch(() => first.password ?? '')).split('\n').includes(password),
    reset: () => rm(file, { force: true }),
    close: async () => undefined,
  }
}

/** A key that no server takes. */
export const strangeKey = (): string => sshKey().identity
