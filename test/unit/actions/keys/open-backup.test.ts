// A backup that is opened with what was named, and what that proves: the key that is in it opens nothing on the day it is lost.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { armor, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBackup } from '../../../../src/actions/keys/open-backup.ts'
import { sealBackup } from '../../../../src/actions/keys/seal-backup.ts'
import { localFiles } from '../../../../src/adapters/files.ts'
import type { Command, ReadExec } from '../../../../src/ports/exec.ts'
import { Secret } from '../../../../src/ports/secret.ts'
import type { KeyBundle } from '../../../../src/sops/keys/bundle.ts'
import { parseIdentities } from '../../../../src/sops/keys/identities.ts'

let root: string
const at = (name: string): string => join(root, name)
const [own, recovery] = [await generateX25519Identity(), await generateX25519Identity()]
const [ownRecipient, recoveryRecipient] = [await identityToRecipient(own), await identityToRecipient(recovery)]

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'flux-ops-open-'))
  await writeFile(at('own.txt'), `${own}\n`)
  await writeFile(at('recovery.txt'), `${recovery}\n`)
  await writeFile(at('id_ed25519'), '-----BEGIN OPENSSH PRIVATE KEY-----\nx\n-----END OPENSSH PRIVATE KEY-----\n')
})
afterAll(() => rm(root, { recursive: true, force: true }))

async function sealedTo(...recipients: string[]): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  return encrypter.encrypt(`${own}\n`)
}

const ran: Command<'read'>[] = []
const exec = (stdout = ''): ReadExec =>
  ({
    run: async (command: Command<'read'>) => {
      ran.push(command)
      return { exitCode: 0, stdout, stderr: '' }
    },
    show: () => '',
  }) as ReadExec

const open = (file: string, ...identities: string[]) =>
  openBackup(
    { exec: exec(), files: localFiles },
    { files: [at(file)], identities: identities.map(at), passphrase: () => Promise.reject(new Error('not asked for')) },
  )

test('an age file opens armored and as age writes it', async () => {
  await writeFile(at('binary.age'), await sealedTo(recoveryRecipient))
  await writeFile(at('armored.age'), armor.encode(await sealedTo(recoveryRecipient)))

  for (const file of ['binary.age', 'armored.age']) {
    const { bundle, byItself } = await open(file, 'recovery.txt')

    expect(bundle.sets[0]?.identities[0]?.recipient).toBe(ownRecipient)
    expect(byItself).toBe(false)
  }
})

test('a key that is in the backup proves nothing, alone or beside another that does not open it', async () => {
  await writeFile(at('self.age'), armor.encode(await sealedTo(ownRecipient)))
  await writeFile(at('both.age'), armor.encode(await sealedTo(ownRecipient, recoveryRecipient)))

  expect((await open('self.age', 'own.txt')).byItself).toBe(true)
  expect((await open('self.age', 'own.txt', 'recovery.txt')).byItself).toBe(true)
  expect((await open('both.age', 'own.txt')).byItself).toBe(true)
  expect((await open('both.age', 'own.txt', 'recovery.txt')).byItself).toBe(false)
})

const bundle = async (): Promise<KeyBundle> => ({
  cluster: undefined,
  taken: '2026-11-21T03:12:00Z',
  sets: [{ source: { kind: 'unknown' }, identities: await parseIdentities(own, 'a test') }],
})

const seal = async (to: readonly string[], identities: readonly string[], stdout = '') =>
  sealBackup({ exec: exec(stdout), files: localFiles }, await bundle(), {
    how: 'recipients',
    to,
    recipientsFiles: [],
    identities: identities.map(at),
  })

test('a new backup counts as opened again only with a key that is kept elsewhere', async () => {
  const to = [ownRecipient, recoveryRecipient]

  expect((await seal(to, [])).reopened).toBe(false)
  expect((await seal(to, ['own.txt'])).reopened).toBe(false)
  expect((await seal(to, ['recovery.txt'])).reopened).toBe(true)
})

test('an SSH key opens a new backup by the age CLI, which is given its file and never its text', async () => {
  ran.length = 0

  await expect(seal([recoveryRecipient], ['id_ed25519'], 'what age printed')).rejects.toMatchObject({ code: 'backup-differs' })

  expect(ran).toMatchObject([
    { tool: 'age', args: ['--decrypt', '--identity', at('id_ed25519')], stdin: expect.stringContaining('BEGIN AGE') },
  ])
})

test('every share of a new backup was tried', async () => {
  const { parts, reopened } = await sealBackup({ exec: exec(), files: localFiles }, await bundle(), {
    how: 'shares',
    threshold: 2,
    count: 5,
  })

  expect([parts.length, reopened]).toEqual([5, true])
  expect(parts.every(({ text }) => text instanceof Secret)).toBe(true)
})
