// What the flags of age rotate say, and what is wrong with them: told before a cluster is asked, and never with a key in it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inputSchema } from '../../../../runbooks/age-rotate/input.ts'
import { type RotateFlagValues, rotateFlags } from '../../../../src/cli/keys/rotate-flags.ts'
import { parseUntil, rotateInput } from '../../../../src/cli/keys/rotate-input.ts'
import { allOf, failure, recipientOf, sshEd25519, x25519 } from '../../sops/keys/fixtures.ts'

const NOW = new Date('2026-11-22T03:12:00Z')
const key = await x25519()
const recipient = await recipientOf(key)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flux-ops-rotate-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const SEALED: Pick<RotateFlagValues, 'to'> = { to: [recipient] }

const inputOf = (flags: Partial<RotateFlagValues>): Promise<unknown> =>
  rotateInput({ repo: '.', out: 'out', sheet: false, compromised: false, timeout: 600, ...flags }, { version: '1.2.3', now: NOW })

const refused = (flags: Partial<RotateFlagValues>) => failure(inputOf(flags))

describe('the input', () => {
  test('is what the runbook takes, with absolute folders', async () => {
    const input = inputSchema.parse(
      await inputOf({ ...SEALED, key: recipient, 'post-quantum': false, 'keep-old-until': '2026-12-24T18:00:00+01:00' }),
    )

    expect(input).toEqual({
      repo: resolve('.'),
      old: recipient,
      postQuantum: false,
      compromised: false,
      keepOldUntil: '2026-12-24T17:00:00.000Z',
      seal: { how: 'recipients', to: [recipient], identities: [] },
      out: resolve('out'),
      sheet: false,
      tool: '1.2.3',
      timeoutSeconds: 600,
    })
  })

  test('leaves out what nobody asked for', async () => {
    const input = inputSchema.parse(await inputOf(SEALED))

    expect(input).not.toHaveProperty('old')
    expect(input).not.toHaveProperty('postQuantum')
    expect(input).not.toHaveProperty('keepOldUntil')
  })

  test('has the recipients of the flags and of the files, an SSH key without its comment', async () => {
    const path = join(folder, 'oncall.txt')
    const ssh = sshEd25519('alice@laptop')
    await writeFile(path, `# Alice\n${ssh}\n\n`)

    expect(await inputOf({ ...SEALED, 'recipients-file': [path], identity: ['offline.agekey'] })).toMatchObject({
      seal: { how: 'recipients', to: [recipient, ssh.replace(' alice@laptop', '')], identities: [resolve('offline.agekey')] },
    })
  })

  test('says where a passphrase is, and not what it is', async () => {
    expect(await inputOf({ 'passphrase-file': 'pass.txt' })).toMatchObject({ seal: { how: 'passphrase', file: resolve('pass.txt') } })
  })

  test('has shares as numbers', async () => {
    expect(await inputOf({ shares: '3/5' })).toMatchObject({ seal: { how: 'shares', threshold: 3, count: 5 } })
  })
})

describe('the seal', () => {
  test('has to be named', async () => {
    expect(await refused({})).toMatchObject({ code: 'seal-missing', exit: 'usage' })
    expect(await refused({ to: [], 'recipients-file': [] })).toMatchObject({ code: 'seal-missing' })
  })

  test.each([
    [{ ...SEALED, shares: '3/5' }, '--to and --shares'],
    [{ 'recipients-file': ['a.txt'], 'passphrase-file': 'pass.txt' }, '--to and --passphrase-file'],
    [{ ...SEALED, 'passphrase-file': 'pass.txt', shares: '3/5' }, '--to and --passphrase-file and --shares'],
  ])('is one of them: %j', async (flags, named) => {
    expect(await refused(flags)).toMatchObject({ code: 'seal-several', exit: 'usage', message: expect.stringContaining(named) })
  })

  test.each(['3', '3/', '/5', '3of5', '3/5/7', '-3/5', '3/5000', ' 3/5', '1/3', '0/3', '5/3', '2/256'])(
    'shares are K/N that can come together, which %j is not',
    async (shares) => {
      expect(await refused({ shares })).toMatchObject({
        code: 'shares-invalid',
        exit: 'usage',
        hints: ['--shares 3/5: any 3 of 5 recover'],
      })
    },
  )

  test('a passphrase of standard input is gone when the run is taken up again', async () => {
    expect(await refused({ 'passphrase-file': '-' })).toMatchObject({ code: 'passphrase-stdin', exit: 'usage' })
  })
})

describe('recipients', () => {
  test('that are not there are told with the file', async () => {
    expect(await refused({ 'recipients-file': [join(folder, 'none.txt')] })).toMatchObject({ code: 'file-missing' })
  })

  test('of an empty file are told', async () => {
    await writeFile(join(folder, 'empty.txt'), '# nobody\n')

    expect(await refused({ 'recipients-file': [join(folder, 'empty.txt')] })).toMatchObject({ code: 'recipients-missing', exit: 'usage' })
  })

  test('of a file that are damaged are named by their line', async () => {
    await writeFile(join(folder, 'damaged.txt'), `${recipient}\n${recipient.slice(0, -1)}\n`)

    expect(await refused({ 'recipients-file': [join(folder, 'damaged.txt')] })).toMatchObject({
      code: 'recipient-unreadable',
      message: expect.stringContaining('line 2'),
    })
  })

  test.each([
    ['in a flag', async () => ({ to: [key] })],
    ['in small letters', async () => ({ to: [key.toLowerCase()] })],
    [
      'in a file',
      async () => {
        await writeFile(join(folder, 'key.txt'), `${key}\n`)
        return { 'recipients-file': [join(folder, 'key.txt')] }
      },
    ],
  ])('are refused where they are a private key, which is not repeated: %s', async (_where, flags) => {
    const error = await refused(await flags())

    expect(error).toMatchObject({ code: 'recipient-is-identity', exit: 'usage' })
    expect(allOf(error).toUpperCase()).not.toContain(key.slice(0, 24))
  })

  test('that are damaged are refused before a run has begun', async () => {
    expect(await refused({ to: [recipient, recipient.slice(0, -1)] })).toMatchObject({
      code: 'recipient-unreadable',
      exit: 'usage',
      message: expect.stringContaining('recipient 2'),
    })
  })
})

describe('--key', () => {
  const parse = (value: string): Promise<unknown> => (rotateFlags.key.parse as (value: string) => Promise<unknown>)(value)

  test('is a recipient', async () => {
    expect(await parse(recipient)).toBe(recipient)
  })

  test.each(['age1', 'AGE1QQ', 'ssh-ed25519 AAAA', 'prod'])('refuses %j', async (value) => {
    expect(await failure(parse(value))).toMatchObject({ code: 'flag-invalid', exit: 'usage' })
  })

  test.each([
    key,
    key.toLowerCase(),
    ` ${key}`,
    `"${key}"`,
    `SOPS_AGE_KEY=${key}`,
    'AGE-PLUGIN-YUBIKEY-1QQRSU9GUYV4RZWPLGEX4GKMZD9C8WL598A8A70',
  ])('never repeats a private key, however it is given (%#)', async (value) => {
    const error = await failure(parse(value))

    expect(error).toMatchObject({ code: 'recipient-is-a-key', exit: 'usage' })
    expect(allOf(error).toUpperCase()).not.toMatch(/AGE-(SECRET-KEY|PLUGIN-YUBIKEY)-(PQ-)?1Q?[0-9A-Z]{4}/)
  })
})

describe('--keep-old-until', () => {
  test('is the first moment of a day here, or a moment with its offset', () => {
    expect(parseUntil('2026-12-24', NOW)).toBe(new Date('2026-12-24T00:00:00').toISOString())
    expect(parseUntil('2026-12-24T18:00Z', NOW)).toBe('2026-12-24T18:00:00.000Z')
    expect(parseUntil('2026-12-24T18:00:00.5-05:30', NOW)).toBe('2026-12-24T23:30:00.500Z')
    expect(parseUntil('2028-02-29T00:00Z', NOW)).toBe('2028-02-29T00:00:00.000Z')
  })

  test.each(['2026-11-22T03:12:00Z', '2026-11-21', '1999-01-01T00:00Z'])('is to come, which %s is not', async (value) => {
    expect(await refused({ ...SEALED, 'keep-old-until': value })).toMatchObject({
      code: 'flag-invalid',
      exit: 'usage',
      message: expect.stringContaining('is over already'),
    })
  })

  test.each([
    'tomorrow',
    '',
    '24.12.2026',
    '2026-12',
    '2026-13-01',
    '2026-12-24T18:00',
    '2026-12-24 18:00Z',
    '2026-12-24T25:00Z',
    '+012026-12-24',
    '2026-12-24T18:00+25:00',
  ])('is a date, which %j is not', async (value) => {
    expect(await refused({ ...SEALED, 'keep-old-until': value })).toMatchObject({
      code: 'flag-invalid',
      message: expect.stringContaining('is no date'),
    })
  })

  test.each(['2027-02-29', '2026-11-31', '2026-12-32', '2027-02-30T10:00Z', '2027-04-31T23:59:59+01:00'])(
    'is a day that there is, which %s is not',
    async (value) => {
      expect(await refused({ ...SEALED, 'keep-old-until': value })).toMatchObject({ message: expect.stringContaining('is no date') })
    },
  )
})
