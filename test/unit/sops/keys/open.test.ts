import { armor, Encrypter, Stanza } from 'age-encryption'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../../../src/ports/secret.ts'
import { type AgeFile, readAgeFile } from '../../../../src/sops/keys/age-file.ts'
import { parseIdentities } from '../../../../src/sops/keys/identities.ts'
import { ageOpenCommand, needsPassphrase, openWithIdentities, openWithPassphrase } from '../../../../src/sops/keys/open.ts'
import { allOf, failure, hybrid, identity, PLUGIN_IDENTITY, PLUGIN_RECIPIENT, x25519 } from './fixtures.ts'

const PLAIN = 'AGE-SECRET-KEY-1CANARY'
const passphrase = new Secret('correct horse battery staple')
const [office, other] = [await identity(await x25519()), await identity(await x25519())]
const quantum = await identity(await hybrid())
const [plugin] = await parseIdentities(`# recipient: ${PLUGIN_RECIPIENT}\n${PLUGIN_IDENTITY}`, 'test key')

/** What a plugin or an SSH key leaves in a header. */
const foreign = (...args: string[]) => ({ wrapFileKey: () => [new Stanza(args, new Uint8Array(32))] })

async function sealedTo(...recipients: Parameters<Encrypter['addRecipient']>[0][]): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  return await encrypter.encrypt(PLAIN)
}
async function sealedBy(word: Secret, workFactor = 10): Promise<AgeFile> {
  const encrypter = new Encrypter()
  encrypter.setPassphrase(word.reveal())
  encrypter.setScryptWorkFactor(workFactor)
  return await readAgeFile(await encrypter.encrypt(PLAIN), 'backup.age')
}

const bytes = await sealedTo(office.recipient ?? '')
const file = await readAgeFile(bytes, 'backup.age')
const changed = (at: number): Uint8Array => Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 1 : byte))
const openBytes = async (damaged: Uint8Array | string) => await openWithIdentities(await readAgeFile(damaged, 'backup.age'), [office])

describe('opening with identities', () => {
  test('finds the one that fits among others', async () => {
    const opened = await openWithIdentities(file, [other, quantum, plugin as typeof office, office])

    expect(opened.reveal()).toBe(PLAIN)
  })

  test('takes armored text with the newlines of Windows and blank lines around it', async () => {
    expect((await openBytes(`\r\n${armor.encode(bytes).replaceAll('\n', '\r\n')}\r\n`)).reveal()).toBe(PLAIN)
  })

  test('says which kinds of keys would open it, and which were tried, when none fits', async () => {
    const error = await failure(openWithIdentities(await readAgeFile(bytes, 'backup.age'), [other, quantum]))

    expect(error).toMatchObject({ code: 'identity-no-match', exit: 'usage' })
    expect(error.message).toContain('sealed to X25519')
    expect(error.hints.join('\n')).toContain(other.recipient)
    expect(allOf(error)).not.toContain(other.secret.reveal())
  })

  test('says that nothing was given when nothing was', async () => {
    expect((await failure(openWithIdentities(file, []))).hints[0]).toContain('give the identity')
  })

  test.each([
    ['an SSH key', foreign('ssh-ed25519', 'abcd', 'efgh'), 'ssh-ed25519'],
    ['a plugin', foreign('piv-p256', 'abcd'), 'piv-p256'],
  ])('sends %s to the age CLI', async (_what, recipient, type) => {
    const only = await readAgeFile(await sealedTo(recipient), 'backup.age')

    const error = await failure(openWithIdentities(only, [office]))

    expect(error.code).toBe('age-cli-needed')
    expect(error.message).toContain(type)
    expect(error.hints[0]).toContain('age --decrypt -i')
  })

  test('sends a plugin identity to the age CLI where it may be the one that fits', async () => {
    const both = await readAgeFile(await sealedTo(office.recipient ?? '', foreign('piv-p256', 'abcd')), 'backup.age')

    expect((await failure(openWithIdentities(both, [plugin as typeof office]))).code).toBe('age-cli-needed')
    expect(await failure(openWithIdentities(both, [other]))).toMatchObject({ code: 'identity-no-match' })
    expect((await openWithIdentities(both, [office])).reveal()).toBe(PLAIN)
  })

  test('does not count what age adds to a header without a meaning', async () => {
    const greased = await readAgeFile(await sealedTo(office.recipient ?? '', foreign('x7-grease', 'abcd')), 'backup.age')

    expect(greased.stanzas).toEqual(['X25519'])
  })

  test('asks for the passphrase of a file that has one', async () => {
    const locked = await sealedBy(passphrase)

    expect(needsPassphrase(locked)).toBe(true)
    expect((await failure(openWithIdentities(locked, [office]))).code).toBe('passphrase-needed')
  })

  test('by the age CLI names the identity file and gives the backup by stdin', async () => {
    expect(await ageOpenCommand(file, '/home/you/.ssh/id_ed25519')).toEqual({
      tool: 'age',
      args: ['--decrypt', '--identity', '/home/you/.ssh/id_ed25519'],
      effect: 'read',
      stdin: armor.encode(bytes),
    })
  })
})

describe('opening with a passphrase', () => {
  test('tells a wrong one from a damaged file, and repeats neither', async () => {
    const error = await failure(openWithPassphrase(await sealedBy(passphrase), new Secret('hunter2-canary')))

    expect(error).toMatchObject({ code: 'passphrase-wrong', exit: 'usage' })
    expect(allOf(error)).not.toMatch(/hunter2|correct horse/)
  })

  test('says that a file is sealed to keys', async () => {
    const error = await failure(openWithPassphrase(file, passphrase))

    expect(error).toMatchObject({ code: 'passphrase-not-used' })
    expect(error.message).toContain('X25519')
  })

  test('does not work for an hour because a file asks for it', async () => {
    const encrypter = new Encrypter()
    encrypter.addRecipient(foreign('scrypt', 'AAAAAAAAAAAAAAAAAAAAAA', '30'))
    const slow = await readAgeFile(await encrypter.encrypt(PLAIN), 'backup.age')

    expect((await failure(openWithPassphrase(slow, passphrase))).code).toBe('work-factor-too-high')
  })
})

describe('a damaged file', () => {
  const armorText = armor.encode(bytes)
  const lines = armorText.split('\n')

  test.each([
    ['with its header cut off', bytes.subarray(0, file.headerLength - 60)],
    ['with nothing after its header', bytes.subarray(0, file.headerLength)],
    ['cut off in what it seals', bytes.subarray(0, bytes.length - 3)],
    ['with a byte changed in what it seals', changed(bytes.length - 1)],
    ['with a byte changed in the MAC of its header', changed(file.headerLength - 10)],
    ['with a line of the armor missing', lines.toSpliced(2, 1).join('\n')],
    ['with a letter of the armor missing', armorText.replace(lines[2] ?? '', (lines[2] ?? '').slice(1))],
    ['without the END line', lines.slice(0, -2).join('\n')],
    ['with a header of nobody', 'age-encryption.org/v1\n--- AAAA\n'],
  ])('%s is called damaged', async (_what, damaged) => {
    const error = await failure(openBytes(damaged))

    expect(error).toMatchObject({ code: 'age-file-damaged', exit: 'failed' })
    expect(error.message).toContain('backup.age')
    expect(error.hints.length).toBeGreaterThan(0)
    expect(allOf(error)).not.toContain('CANARY')
  })

  test.each([
    ['anything else', 'hello', 'does not begin like one'],
    ['nothing', '', 'does not begin like one'],
    ['another version', 'age-encryption.org/v2\n-> X25519 abc\nabc\n--- abc\n', 'another version'],
    ['far too much', `age-encryption.org/v1\n${'x'.repeat(16 * 2 ** 20)}`, 'larger than 16 MiB'],
  ])('is told from %s', async (_what, other, said) => {
    const error = await failure(openBytes(other))

    expect(error.code).toBe('age-file-unreadable')
    expect(error.message).toContain(said)
  })
})
