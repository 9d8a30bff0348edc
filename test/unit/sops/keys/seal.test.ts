import { describe, expect, test } from 'vitest'
import { Secret } from '../../../../src/ports/secret.ts'
import { type AgeFile, armored, readAgeFile } from '../../../../src/sops/keys/age-file.ts'
import type { BundleKey } from '../../../../src/sops/keys/bundle.ts'
import { openWithIdentities, openWithPassphrase } from '../../../../src/sops/keys/open.ts'
import { readRecipients } from '../../../../src/sops/keys/recipients.ts'
import { ageSealCommand, planSeal, sealNatively, sealToPassphrase } from '../../../../src/sops/keys/seal.ts'
import { allOf, failure, hybrid, identity, PLUGIN_RECIPIENT, recipientOf, sshEd25519, TAG_RECIPIENT, x25519 } from './fixtures.ts'

const [cluster, office, laptop] = [await identity(await x25519()), await identity(await x25519()), await identity(await x25519())]
const quantum = await identity(await hybrid())
const ssh = sshEd25519('oncall@example.com')
const text = new Secret('AGE-SECRET-KEY-1CANARY\n')

const keys: BundleKey[] = [{ kind: 'x25519', recipient: cluster.recipient, sources: [] }]
const plan = async (...recipients: (string | undefined)[]) => planSeal(await readRecipients(recipients.map((each) => each ?? '')), keys)
const sealed = async (...recipients: (string | undefined)[]): Promise<AgeFile> =>
  await readAgeFile(await sealNatively(text, await plan(...recipients)), 'backup.age')

describe('sealing to recipients', () => {
  test.each([
    ['two classical keys', [office, laptop]],
    ['a post-quantum key', [quantum]],
  ])('lets each of %s open it alone', async (_what, identities) => {
    const file = await sealed(...identities.map(({ recipient }) => recipient))

    for (const each of identities) expect((await openWithIdentities(file, [each])).reveal()).toBe(text.reveal())
  })

  test('gives armored text, which comes back the same from binary', async () => {
    const armor = await sealNatively(text, await plan(office.recipient))
    const file = await readAgeFile(armor, 'backup.age')

    expect(armor).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n[\s\S]+\n-----END AGE ENCRYPTED FILE-----\n$/)
    expect(await armored(file)).toBe(armor)
    expect((await openWithIdentities(await readAgeFile(file.bytes, 'backup.age'), [office])).reveal()).toBe(text.reveal())
  })

  test.each([
    ['native keys', [office.recipient], 'native'],
    ['a tagged hardware key', [TAG_RECIPIENT, office.recipient], 'native'],
    ['an SSH key among them', [office.recipient, ssh], 'age'],
    ['a plugin among them', [PLUGIN_RECIPIENT, quantum.recipient], 'age'],
  ])('of %s goes the way that can seal to all of them', async (_what, recipients, route) => {
    expect((await plan(...recipients)).route).toBe(route)
  })

  test('seals once to a recipient that is named twice', async () => {
    expect((await plan(office.recipient, office.recipient)).recipients).toHaveLength(1)
  })

  test('by the age CLI gives it the text by stdin and only public keys as arguments', async () => {
    const command = ageSealCommand(text, await plan(office.recipient, ssh))

    expect(command).toMatchObject({ tool: 'age', effect: 'read', stdin: text })
    expect(command.args).toEqual([
      '--encrypt',
      '--armor',
      '--recipient',
      office.recipient,
      '--recipient',
      ssh.split(' ').slice(0, 2).join(' '),
    ])
    expect(JSON.stringify(command)).not.toContain('CANARY')
  })
})

describe('a backup that would not help', () => {
  test('has no recipient', async () => {
    expect(await failure(plan())).toMatchObject({ code: 'recipients-missing', exit: 'usage' })
  })

  test('is sealed only to keys that are in it', async () => {
    const error = await failure(plan(cluster.recipient))

    expect(error).toMatchObject({ code: 'backup-sealed-to-itself', exit: 'usage' })
    expect(error.hints.join('\n')).toContain('kept elsewhere')
  })

  test('may be sealed to one of its keys beside one that is not in it', async () => {
    expect((await plan(cluster.recipient, office.recipient)).recipients).toHaveLength(2)
  })

  test.each([
    [quantum.recipient, office.recipient],
    [ssh, quantum.recipient],
    [TAG_RECIPIENT, quantum.recipient],
  ])('mixes post-quantum and classical recipients, which age refuses', async (...recipients) => {
    const error = await failure(plan(...recipients))

    expect(error).toMatchObject({ code: 'recipients-mixed', exit: 'usage' })
    expect(error.message).toContain('age refuses')
    expect(error.hints).toHaveLength(2)
  })
})

describe('sealing to a passphrase', () => {
  const passphrase = new Secret('correct horse battery staple')

  test('lets the passphrase open it', async () => {
    const file = await readAgeFile(await sealToPassphrase(text, passphrase, 10), 'backup.age')

    expect(Buffer.from(file.bytes).toString('latin1')).toMatch(/\n-> scrypt \S+ 10\n/)
    expect((await openWithPassphrase(file, passphrase)).reveal()).toBe(text.reveal())
  })

  test('takes 2^18 rounds where nothing else is asked for', async () => {
    const file = await readAgeFile(await sealToPassphrase(text, passphrase), 'backup.age')

    expect(Buffer.from(file.bytes).toString('latin1')).toMatch(/\n-> scrypt \S+ 18\n/)
  })

  test('is refused with the reason, which tells nothing of the passphrase', async () => {
    const error = await failure(sealToPassphrase(text, new Secret('hunter2-hunter2'), 10))

    expect(error).toMatchObject({ code: 'passphrase-weak', exit: 'usage' })
    expect(error.message).toContain('it repeats the same few characters')
    expect(allOf(error)).not.toContain('hunter2')
  })
})

test('the recipient of a key is what it is sealed to', async () => {
  expect(await recipientOf(office.secret.reveal())).toBe(office.recipient)
})
