// The real age, age-keygen and sops against what src/sops/keys writes and reads: a backup has to open on a day without flux-ops.
import { execFile, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createExec } from '../../../src/adapters/exec.ts'
import { createRedactor } from '../../../src/adapters/redactor.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Exec } from '../../../src/ports/exec.ts'
import { Secret } from '../../../src/ports/secret.ts'
import { ensureTools } from '../../../src/sandbox/toolchain/index.ts'
import { readAgeFile } from '../../../src/sops/keys/age-file.ts'
import { bundleKeys, bundleText, type KeyBundle } from '../../../src/sops/keys/bundle.ts'
import { type Identity, parseIdentities } from '../../../src/sops/keys/identities.ts'
import { ageOpenCommand, openWithIdentities, openWithPassphrase } from '../../../src/sops/keys/open.ts'
import { readBundle } from '../../../src/sops/keys/read-bundle.ts'
import { readRecipients } from '../../../src/sops/keys/recipients.ts'
import { ageSealCommand, planSeal, sealNatively, sealToPassphrase } from '../../../src/sops/keys/seal.ts'
import { feed } from '../../helpers/feed.ts'
import { sshEd25519, sshRsa } from '../../unit/sops/keys/fixtures.ts'

let root: string
let bin: string
let exec: Exec
const at = (name: string): string => join(root, name)
const run = async (tool: string, ...args: string[]): Promise<string> =>
  (await promisify(execFile)(join(bin, tool), args, { cwd: root })).stdout

beforeAll(async () => {
  const tools = await ensureTools(['age', 'age-keygen', 'sops'], () => {})
  root = await mkdtemp(join(tmpdir(), 'flux-ops-keys-'))
  bin = root
  for (const tool of ['age', 'age-keygen', 'sops'] as const)
    await writeFile(at(tool), `#!/bin/sh\nexec ${tools[tool]} "$@"\n`, { mode: 0o755 })
  exec = createExec({ env: { PATH: `${root}:/usr/bin:/bin`, HOME: root }, redactor: createRedactor() })
})
afterAll(() => rm(root, { recursive: true, force: true }))

/** A key file that age-keygen writes, and what is in it. */
async function keygen(name: string, ...args: string[]): Promise<Identity> {
  await run('age-keygen', ...args, '-o', at(name))
  const [identity] = await parseIdentities(await readFile(at(name), 'utf8'), name)
  if (identity === undefined) throw new Error('age-keygen wrote no key')
  return identity
}

const bundleOf = (...identities: Identity[]): KeyBundle => ({
  cluster: { name: 'prod-eu', uid: '7b1c' },
  taken: '2026-11-21T03:12:00Z',
  sets: [{ source: { kind: 'secret', namespace: 'flux-system', name: 'sops-age', entry: 'age.agekey' }, identities }],
})
const plan = async (bundle: KeyBundle, ...recipients: (string | undefined)[]) =>
  planSeal(await readRecipients(recipients.map((each) => each ?? '')), bundleKeys(bundle))

const KINDS: readonly [string, readonly string[]][] = [
  ['classical', []],
  ['post-quantum', ['-pq']],
]

describe.each(KINDS)('with a %s key', (kind, flags) => {
  test('a backup that we seal opens with age', async () => {
    const office = await keygen(`${kind}-office.txt`, ...flags)
    const bundle = bundleOf(await keygen(`${kind}-cluster.txt`, ...flags))
    await writeFile(at('backup.age'), await sealNatively(bundleText(bundle), await plan(bundle, office.recipient)))

    const opened = await run('age', '--decrypt', '-i', at(`${kind}-office.txt`), at('backup.age'))

    expect(opened).toBe(bundleText(bundle).reveal())
  })

  test.each([[['--armor']], [[]]])('a backup that age seals (%j) opens with us', async (armor) => {
    const office = await keygen(`${kind}-by-age-${armor.length}.txt`, ...flags)
    const bundle = bundleOf(await keygen(`${kind}-by-age-${armor.length}-cluster.txt`, ...flags))
    await writeFile(at('plain.txt'), bundleText(bundle).reveal())
    await run('age', '--encrypt', ...armor, '-r', office.recipient ?? '', '-o', at('by-age.age'), at('plain.txt'))

    const opened = await openWithIdentities(await readAgeFile(await readFile(at('by-age.age')), 'by-age.age'), [office])

    expect(opened.reveal()).toBe(bundleText(bundle).reveal())
    expect(bundleKeys(await readBundle(opened, 'by-age.age'))).toEqual(bundleKeys(bundle))
  })

  test('the recipient we name is the one age-keygen names', async () => {
    const { recipient } = await keygen(`${kind}-named.txt`, ...flags)

    expect((await run('age-keygen', '-y', at(`${kind}-named.txt`))).trim()).toBe(recipient)
  })

  test('a bundle is a key file to age, and opens a file of sops from the environment and from a file', async () => {
    const [spare, cluster] = [await keygen(`${kind}-spare.txt`), await keygen(`${kind}-sops.txt`, ...flags)]
    const text = bundleText(bundleOf(spare, cluster))
    await writeFile(at('keys.txt'), text.reveal())
    await writeFile(at('secret.yaml'), 'stringData:\n  password: hunter2\n')
    const sealed = await run('sops', 'encrypt', '--age', cluster.recipient ?? '', at('secret.yaml'))
    await writeFile(at('secret.sops.yaml'), sealed)
    const decrypt = { tool: 'sops', args: ['decrypt', at('secret.sops.yaml')], effect: 'read' } as const

    expect((await run('age-keygen', '-y', at('keys.txt'))).trim().split('\n')).toEqual([spare.recipient, cluster.recipient])
    expect((await exec.run({ ...decrypt, env: { SOPS_AGE_KEY: text } })).stdout).toContain('password: hunter2')
    expect((await exec.run({ ...decrypt, env: { SOPS_AGE_KEY_FILE: at('keys.txt') } })).stdout).toContain('password: hunter2')
  })
})

describe('with an SSH key', () => {
  test('the age CLI seals by our command, and its file opens both ways', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    await writeFile(at('id_ed25519'), privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
    const ssh = sshEd25519('oncall@example.com', publicKey)
    const office = await keygen('ssh-office.txt')
    const bundle = bundleOf(await keygen('ssh-cluster.txt'))
    const sealing = await plan(bundle, ssh, office.recipient)

    const { stdout } = await exec.run(ageSealCommand(bundleText(bundle), sealing))
    const file = await readAgeFile(stdout, 'backup.age')

    expect(sealing.route).toBe('age')
    expect(file.stanzas).toEqual(['ssh-ed25519', 'X25519'])
    expect((await openWithIdentities(file, [office])).reveal()).toBe(bundleText(bundle).reveal())
    expect((await exec.run(await ageOpenCommand(file, at('id_ed25519')))).stdout).toBe(bundleText(bundle).reveal())
  })

  test.each([
    ['ed25519', () => sshEd25519()],
    ['RSA', () => sshRsa(2048)],
    ['RSA of 1024 bits', () => sshRsa(1024)],
    ['RSA that was cut off', () => sshRsa(2048).slice(0, 200)],
  ])('of %s, we take what age takes', async (_type, make) => {
    const text = make()

    const byUs = await readRecipients([text]).then(
      () => true,
      () => false,
    )

    await writeFile(at('plain.txt'), 'x')
    const byAge = await run('age', '--encrypt', '-r', text, '-o', at('ssh.age'), at('plain.txt')).then(
      () => true,
      () => false,
    )
    expect(byUs).toBe(byAge)
  })
})

test('a passphrase opens with age what we seal', async () => {
  const passphrase = 'correct horse battery staple'
  const bundle = bundleOf(await keygen('passphrase.txt'))
  const sealed = await sealToPassphrase(bundleText(bundle), new Secret(passphrase), 12)
  await writeFile(at('locked.age'), sealed)

  // It asks on the terminal, so it gets one.
  const command = `${at('age')} --decrypt -o ${at('unlocked.txt')} ${at('locked.age')}`
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdout.on('data', (chunk: Buffer) => {
    if (chunk.includes('passphrase')) feed(child.stdin, `${passphrase}\n`)
  })
  const code = await new Promise((done) => child.on('exit', done))

  expect(code).toBe(0)
  expect(await readFile(at('unlocked.txt'), 'utf8')).toBe(bundleText(bundle).reveal())
  expect((await openWithPassphrase(await readAgeFile(sealed, 'locked.age'), new Secret(passphrase))).reveal()).toBe(
    bundleText(bundle).reveal(),
  )
})

test('age refuses to mix post-quantum and classical recipients, as we do before', async () => {
  const [classical, quantum] = [await keygen('mixed-classical.txt'), await keygen('mixed-pq.txt', '-pq')]
  await writeFile(at('plain.txt'), 'x')

  const byAge = run(
    'age',
    '--encrypt',
    '-r',
    classical.recipient ?? '',
    '-r',
    quantum.recipient ?? '',
    '-o',
    at('mixed.age'),
    at('plain.txt'),
  )

  await expect(byAge).rejects.toThrow(/can't mix post-quantum and classic recipients/)
  await expect(plan(bundleOf(), classical.recipient, quantum.recipient)).rejects.toMatchObject({ code: 'recipients-mixed' })
})

describe('a key file', () => {
  const shapes: readonly [string, (key: string) => string][] = [
    ['as it is', (key) => key],
    ['with comments and blank lines', (key) => `# a\n\n${key}\n\n#b\n`],
    ['with the newlines of Windows', (key) => `# a\r\n${key}\r\n\r\n`],
    ['with two keys', (key) => `${key}\n${key}\n`],
    ['with a space before the key', (key) => ` ${key}\n`],
    ['with a space after the key', (key) => `${key} \n`],
    ['with an indented comment', (key) => `  # a\n${key}\n`],
    ['with a line of spaces', (key) => `${key}\n  \n`],
    ['in small letters', (key) => key.toLowerCase()],
    ['that was cut off', (key) => key.slice(0, -1)],
    ['with a byte-order mark', (key) => `\ufeff${key}`],
    ['with two keys on a line', (key) => `${key} ${key}`],
  ]

  test.each(shapes)('%s is read by us as by age', async (_what, shape) => {
    const { secret } = await keygen(`shape-${shapes.findIndex(([, each]) => each === shape)}.txt`)
    const text = shape(secret.reveal())
    await writeFile(at('shape.txt'), text)

    const byUs = await parseIdentities(text, 'shape.txt').then(
      (found) => found.map(({ recipient }) => recipient),
      (error: unknown) => (error instanceof OpsError ? 'refused' : 'broken'),
    )

    const byAge = await run('age-keygen', '-y', at('shape.txt')).then(
      (stdout) => stdout.trim().split('\n'),
      () => 'refused',
    )
    expect(byUs).toEqual(byAge)
  })
})
