// A real sshd on loopback, as whoever runs the tests: git over ssh with host keys that are checked.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, rename, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../src/sandbox/ports.ts'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { type SshKey, sshKey } from './ssh-keys.ts'

export interface SshServer {
  /** `ssh://me@127.0.0.1:40022` */
  readonly url: string
  /** A key that it lets in. */
  readonly identity: string
  /** As known_hosts has it now. */
  knownHosts(): string
  /** `ssh-ed25519 AAAA…` of `identity`. */
  readonly line: string
  /** From now on it lets in these keys, and no other. */
  authorise(lines: readonly string[]): Promise<void>
  /** Lets another key in: a line of authorized_keys. */
  admit(line: string): Promise<void>
  /** Goes on under another host key. */
  rekey(): Promise<void>
  close(): Promise<void>
}

const config = (folder: string, port: number): string =>
  [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host-key')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized-keys')}`,
    'PidFile none',
    'StrictModes no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'MaxStartups 100',
    'PermitTTY no',
    'DisableForwarding yes',
    `SetEnv PATH=${process.env.PATH ?? '/usr/bin:/bin'}`,
    '',
  ].join('\n')

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true))
    socket.on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })

/** @param sshd absolute path; @param folder of its own. */
export async function startSshd(sshd: string, folder: string): Promise<SshServer> {
  const port = await freePort(new Set())
  const client = sshKey()
  let host: SshKey = sshKey()
  let child: ChildProcess | undefined
  const start = async (): Promise<void> => {
    await writeFile(join(folder, 'host-key'), host.identity, { mode: 0o600 })
    child = spawn(sshd, ['-D', '-e', '-f', join(folder, 'config')], { stdio: ['ignore', 'ignore', 'ignore'] })
    const started = child
    await waitUntil('sshd', () => listens(port), { withinMs: 15_000, alive: () => started.exitCode === null })
  }
  const stop = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await gone
  }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // Whole at every moment: somebody may knock just now.
  const authorise = async (lines: readonly string[]): Promise<void> => {
    await writeFile(join(folder, 'authorized-keys.next'), `${lines.join('\n')}\n`)
    await rename(join(folder, 'authorized-keys.next'), join(folder, 'authorized-keys'))
  }
  await authorise([client.line])
  await writeFile(join(folder, 'config'), config(folder, port))
  await start()
  return {
    url: `ssh://${userInfo().username}@127.0.0.1:${port}`,
    identity: client.identity,
    line: client.line,
    authorise,
    knownHosts: () => `[127.0.0.1]:${port} ${host.line}\n`,
    admit: (line) => appendFile(join(folder, 'authorized-keys'), `${line}\n`),
    rekey: async () => {
      await stop()
      host = sshKey()
      await start()
    },
    close: stop,
  }
}
