import { describe, expect, test } from 'vitest'
import { parseRecipientsFile, readRecipient, readRecipients } from '../../../../src/sops/keys/recipients.ts'
import {
  allOf,
  DASHED_PLUGIN_RECIPIENT,
  failure,
  hybrid,
  PLUGIN_IDENTITY,
  PLUGIN_RECIPIENT,
  recipientOf,
  sshEd25519,
  sshRsa,
  TAG_RECIPIENT,
  x25519,
} from './fixtures.ts'

const key = await x25519()
const classical = await recipientOf(key)
const quantum = await recipientOf(await hybrid())
const ssh = sshEd25519('oncall@example.com')
const rsa = sshRsa(2048, 'oncall@example.com')

describe('reading a recipient', () => {
  test.each([
    ['an X25519 key', classical, { kind: 'x25519', postQuantum: false, native: true }],
    ['a post-quantum key', quantum, { kind: 'hybrid', postQuantum: true, native: true }],
    ['a hardware key by its tag', TAG_RECIPIENT, { kind: 'plugin', postQuantum: false, native: true }],
    ['a plugin', PLUGIN_RECIPIENT, { kind: 'plugin', postQuantum: undefined, native: false }],
    ['a plugin with a dash', DASHED_PLUGIN_RECIPIENT, { kind: 'plugin', postQuantum: undefined, native: false }],
  ])('knows %s', async (_what, text, expected) => {
    expect(await readRecipient(` ${text}\n`, 'recipient 1')).toEqual({ text, ...expected })
  })

  test.each([
    ['ed25519', ssh],
    ['rsa', rsa],
  ])('knows an SSH key of type %s and takes its comment for a name', async (_type, text) => {
    const found = await readRecipient(text, 'recipient 1')

    expect(found).toEqual({
      kind: 'ssh',
      text: text.split(' ').slice(0, 2).join(' '),
      name: 'oncall@example.com',
      postQuantum: false,
      native: false,
    })
  })

  test.each([
    ['a damaged key', `${classical.slice(0, -1)}${classical.endsWith('q') ? 'p' : 'q'}`, 'checksum does not hold'],
    ['a post-quantum key that was cut off', quantum.slice(0, 100), 'checksum does not hold'],
    // Spelled right, but with 20 bytes where a key has 32.
    ['a key of another length', 'age1qqrsu9guyv4rzwplgex4gkmzd9c8wl59jkur73', 'no key that age can seal to'],
    ['an SSH key of another type', 'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY= me', 'of a type that age cannot seal to'],
    ['an SSH key that was cut off', ssh.slice(0, 50), 'is a damaged SSH public key'],
    ['an SSH key with another label', ssh.replace('ssh-ed25519', 'ssh-rsa'), 'is a damaged SSH public key'],
    ['an SSH key that is of another type inside', rsa.replace('AAAAB3NzaC1yc2E', 'AAAAB3NzaC1yc2I'), 'is a damaged SSH public key'],
    ['a short RSA key', sshRsa(1024), 'below 2048 bits'],
    ['nothing', '', 'is no recipient'],
    ['a name', 'github:somebody', 'is no recipient'],
  ])('refuses %s', async (_what, text, said) => {
    const error = await failure(readRecipient(text, 'recipient 2'))

    expect(error).toMatchObject({ code: 'recipient-unreadable', exit: 'usage' })
    expect(error.message).toMatch(/^recipient 2 /)
    expect(error.message).toContain(said)
    expect(error.hints.length).toBeGreaterThan(0)
  })

  test.each([key, key.toLowerCase(), ` ${PLUGIN_IDENTITY}`, `${key.slice(0, 40)}`])(
    'sees a private key that was given by mistake, and does not repeat it',
    async (text) => {
      const error = await failure(readRecipient(text, 'recipient 1'))

      expect(error.code).toBe('recipient-is-identity')
      expect(allOf(error).toLowerCase()).not.toContain(text.trim().toLowerCase().slice(20, 36))
    },
  )

  test('counts recipients from 1', async () => {
    const error = await failure(readRecipients([classical, 'nonsense']))

    expect(error.message).toMatch(/^recipient 2 /)
    expect(await readRecipients([classical, quantum])).toHaveLength(2)
  })
})

describe('a recipients file', () => {
  test('has comments, and the one right above a recipient is its name', async () => {
    const text = `# keys of the team\n\n# safe in the office\n${classical}\r\n${PLUGIN_RECIPIENT}\n# not this\n${ssh}\n`

    const found = await parseRecipientsFile(text, 'oncall.txt')

    expect(found.map(({ kind, name }) => [kind, name])).toEqual([
      ['x25519', 'safe in the office'],
      ['plugin', undefined],
      ['ssh', 'oncall@example.com'],
    ])
  })

  test('is refused by the line that cannot be read', async () => {
    const error = await failure(parseRecipientsFile(`# a\n${classical}\n${key}\n`, 'oncall.txt'))

    expect(error).toMatchObject({ code: 'recipient-is-identity', message: 'oncall.txt: line 3 is a private key, not a recipient' })
    expect(allOf(error)).not.toContain(key.slice(16, 30))
  })

  test.each([
    ['', 'recipients-missing'],
    ['# nobody\n', 'recipients-missing'],
    ['#\n'.repeat(600_000), 'recipient-unreadable'],
  ])('that names nobody, or is no such file, is refused', async (text, code) => {
    expect((await failure(parseRecipientsFile(text, 'oncall.txt'))).code).toBe(code)
  })
})
