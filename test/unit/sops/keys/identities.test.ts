import { armor, Encrypter } from 'age-encryption'
import { describe, expect, test } from 'vitest'
import { parseIdentities } from '../../../../src/sops/keys/identities.ts'
import {
  allOf,
  DASHED_PLUGIN_IDENTITY,
  DASHED_PLUGIN_RECIPIENT,
  failure,
  hybrid,
  PLUGIN_IDENTITY,
  PLUGIN_RECIPIENT,
  recipientOf,
  x25519,
} from './fixtures.ts'

const classical = await x25519()
const quantum = await hybrid()
const publicKey = await recipientOf(classical)

describe('parsing a key file', () => {
  test('finds what age-keygen writes, with the recipient that belongs to the key and not the one a comment claims', async () => {
    const other = await recipientOf(await x25519())

    const [found] = await parseIdentities(`# created: 2026-11-21T03:12:00Z\n# public key: ${other}\n${classical}\n`, 'keys.txt')

    expect(found).toMatchObject({ kind: 'x25519', recipient: expect.stringMatching(/^age1[0-9a-z]{58}$/) })
    expect(found?.recipient).not.toBe(other)
    expect(found?.secret.reveal()).toBe(classical)
  })

  test('finds a post-quantum key', async () => {
    const [found] = await parseIdentities(quantum, 'keys.txt')

    expect(found?.kind).toBe('hybrid')
    expect(found?.recipient).toMatch(/^age1pq1/)
  })

  test('keeps the order, and an identity that stands there twice', async () => {
    const found = await parseIdentities(`${quantum}\n\n${classical}\r\n# again\r\n${quantum}`, 'keys.txt')

    expect(found.map(({ kind }) => kind)).toEqual(['hybrid', 'x25519', 'hybrid'])
  })

  test('takes the recipient of a plugin identity from the comment above it, and no further', async () => {
    const text = [
      `#       Serial: 1234, Slot: 1`,
      `#    Recipient: ${PLUGIN_RECIPIENT}`,
      PLUGIN_IDENTITY,
      DASHED_PLUGIN_IDENTITY,
      `# public key: ${DASHED_PLUGIN_RECIPIENT}`,
      DASHED_PLUGIN_IDENTITY,
    ].join('\n')

    const found = await parseIdentities(text, 'keys.txt')

    expect(found.map(({ kind, recipient }) => [kind, recipient])).toEqual([
      ['plugin', PLUGIN_RECIPIENT],
      ['plugin', undefined],
      ['plugin', DASHED_PLUGIN_RECIPIENT],
    ])
  })

  test.each(['# recipient: age1nonsense', '# recipient: whatever', '# recipient:'])('believes no recipient like "%s"', async (comment) => {
    const [found] = await parseIdentities(`${comment}\n${PLUGIN_IDENTITY}`, 'keys.txt')

    expect(found?.recipient).toBeUndefined()
  })

  test.each(['', '\n\n', '# only a comment\n', '\r\n'])('finds nothing in %j', async (text) => {
    expect(await parseIdentities(text, 'keys.txt')).toEqual([])
  })

  const damaged = classical.slice(0, -1) + (classical.endsWith('Q') ? 'P' : 'Q')

  test.each([
    ['a damaged key', damaged, 'is a damaged identity'],
    ['a key that was cut off', classical.slice(0, 40), 'is a damaged identity'],
    ['a key in small letters', classical.toLowerCase(), 'is no age identity'],
    ['a damaged key of a plugin', `${PLUGIN_IDENTITY}Q`, 'is a damaged identity'],
    ['a recipient', publicKey, 'is a recipient'],
    ['an SSH recipient', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA me@here', 'is a recipient'],
    ['spaces before a key', `  ${classical}`, 'has spaces'],
    ['a space after a key', `${classical} `, 'has spaces'],
    ['a comment that is indented', ' # note', 'has spaces'],
    ['a line of spaces', '   ', 'has spaces'],
    ['a byte-order mark', `\ufeff${classical}`, 'begins with a byte-order mark'],
    ['two keys on a line', `${classical} ${classical}`, 'is a damaged identity'],
    ['anything else', 'hunter2', 'is no age identity'],
  ])('names %s by its line', async (_what, line, said) => {
    const error = await failure(parseIdentities(`# first\n${line}\n${quantum}`, 'Secret flux-system/sops-age, entry age.agekey'))

    expect(error).toMatchObject({ code: 'key-file-malformed' })
    expect(error.message).toContain(`Secret flux-system/sops-age, entry age.agekey: line 2 ${said}`)
    expect(error.hints.length).toBeGreaterThan(0)
  })

  test('shows no part of a line that it cannot read', async () => {
    const lines = [damaged, classical.toLowerCase(), `x${classical}`, `${classical} ${classical}`, `${PLUGIN_IDENTITY}Q`, ` ${classical}`]
    for (const line of lines) {
      const error = await failure(parseIdentities(line, 'keys.txt'))

      expect(allOf(error).toLowerCase()).not.toContain(line.trim().slice(-12).toLowerCase())
      expect(allOf(error)).not.toContain(classical.slice(16, 30))
    }
  })

  test('tells an encrypted key file from one with keys, armored or binary', async () => {
    const encrypter = new Encrypter()
    encrypter.addRecipient(await recipientOf(classical))
    const file = await encrypter.encrypt(classical)
    const texts = [
      armor.encode(file),
      `\r\n  ${armor.encode(file)}`,
      Buffer.from(file).toString('latin1'),
      Buffer.from(file).toString('utf8'),
    ]

    for (const text of texts) {
      const error = await failure(parseIdentities(text, 'keys.txt.age'))

      expect(error).toMatchObject({ code: 'key-file-encrypted', message: 'keys.txt.age is encrypted with age: its keys cannot be seen' })
      expect(error.hints[0]).toContain('age --decrypt')
    }
  })

  test.each([
    ['sops', 'data: ENC[AES256_GCM,data:xyz,iv:abc]\nsops:\n', 'key-file-encrypted', 'sops decrypt'],
    ['ssh', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n', 'key-file-ssh', 'age-keygen'],
    ['UTF-16', Buffer.from(`${classical}\n`, 'utf16le').toString('utf8'), 'key-file-malformed', 'age-keygen -o'],
    ['anything that is far too large', '#\n'.repeat(600_000), 'key-file-too-large', 'name the key file'],
  ])('knows a file of %s for what it is', async (_what, text, code, hint) => {
    const error = await failure(parseIdentities(text, 'keys.txt'))

    expect(error.code).toBe(code)
    expect(error.hints.join('\n')).toContain(hint)
    expect(allOf(error)).not.toContain('b3BlbnNz')
  })
})
