// A repository behind a real sshd: the key and the host key are those of the file, and never those that a server merely shows.
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { namedTools } from '../../src/sandbox/standard.ts'
import { type SshServer, startSshd } from '../helpers/ssh-server.ts'
import { BootstrapDesk } from '../runbooks/bootstrap/desk.ts'

let desk: BootstrapDesk
let sshd: SshServer

beforeAll(async () => {
  desk = await BootstrapDesk.open()
  const { sshd: program = '' } = await namedTools(['ssh'], () => {})
  sshd = await startSshd(program, join(desk.work, 'sshd'))
  await writeFile(join(desk.work, 'id'), sshd.identity, { mode: 0o600 })
})
afterAll(async () => {
  await sshd?.close()
  await desk?.close()
})
beforeEach(() => desk.reset())

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
