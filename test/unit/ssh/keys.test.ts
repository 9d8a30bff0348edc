// Keys as SSH has them, against OpenSSH's own words.
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { answer, type HeldKey } from '../../../src/ssh/agent.ts'
import { ALGORITHMS, algorithmLike, generateSshKey, type NewKey } from '../../../src/ssh/generate.ts'
import { readPrivateKey } from '../../../src/ssh/private-key.ts'
import { fingerprint, publicLine, readBlob } from '../../../src/ssh/public-key.ts'
import { count, Fields, field } from '../../../src/ssh/wire.ts'
import { encryptedSshKey, sshKey } from '../../helpers/ssh-keys.ts'

// The host key of github.com and its fingerprint, as GitHub publishes them.
const BLOB = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'
const FINGERPRINT = 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU'

// RSA takes its time.
const MADE = new Map(ALGORITHMS.map((algorithm) => [algorithm, generateSshKey(algorithm)] as const))
const madeOf = (algorithm: (typeof ALGORITHMS)[number]): NewKey => MADE.get(algorithm) as NewKey

const held = (algorithm: (typeof ALGORITHMS)[number]): HeldKey => {
  const made = madeOf(algorithm)
  const read = readPrivateKey(made.pem)
  if (read?.key === undefined) throw new Error('not read')
  return { public: read.public, key: read.key }
}

const hashes: Readonly<Record<string, string | null>> = { 'ssh-ed25519': null, 'ecdsa-sha2-nistp384': 'sha384', 'rsa-sha2-512': 'sha512' }

const derNumber = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([2, bytes.length]), bytes])

/** Of an ECDSA signature SSH sends two numbers, and X.509 a sequence of them. */
function plain(name: string, bytes: Buffer): Buffer {
  if (!name.startsWith('ecdsa')) return bytes
  const both = new Fields(bytes)
  const body = Buffer.concat([derNumber(both.field()), derNumber(both.field())])
  return Buffer.concat([Buffer.from([0x30, body.length]), body])
}

describe('the public half of a key', () => {
  test('has the fingerprint that ssh-keygen shows', () => {
    const key = readBlob(Buffer.from(BLOB, 'base64'))

    expect(key && fingerprint(key)).toBe(FINGERPRINT)
    expect(key && publicLine(key, 'me')).toBe(`ssh-ed25519 ${BLOB} me`)
  })

  test('of what is no key is none', () => {
    expect(readBlob(Buffer.from('nothing'))).toBeUndefined()
    expect(readBlob(Buffer.alloc(0))).toBeUndefined()
  })
})

describe('a private key', () => {
  test.each(ALGORITHMS)('of %s that was made is read again with the same public half', (algorithm) => {
    const made = madeOf(algorithm)

    expect(readPrivateKey(made.pem)?.public.blob).toEqual(made.public.blob)
    expect(made.pem).toMatch(/^-----BEGIN PRIVATE KEY-----/)
  })

  test('in the form of OpenSSH shows the public half of its line', () => {
    const { identity, line } = sshKey()

    const read = readPrivateKey(identity)

    expect(read && publicLine(read.public, '').trim()).toBe(line)
    expect(read?.key).toBeDefined()
  })

  test('that OpenSSH has locked shows its public half alone', () => {
    const read = readPrivateKey(encryptedSshKey())

    expect(read?.public.type).toBe('ssh-ed25519')
    expect(read?.key).toBeUndefined()
  })

  test('that is locked as PEM opens with its passphrase alone', () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'right' }))

    expect(readPrivateKey(pem, 'right')?.key).toBeDefined()
    expect(readPrivateKey(pem, 'wrong')).toBeUndefined()
    expect(readPrivateKey(pem)).toBeUndefined()
  })

  test.each(['', 'ssh-ed25519 AAAA', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n'])(
    'is not seen in %j',
    (text) => {
      expect(readPrivateKey(text)).toBeUndefined()
    },
  )
})

describe('the next key', () => {
  test.each([
    [{ type: 'ssh-ed25519' }, 'ed25519'],
    [{ type: 'ecdsa-sha2-nistp256' }, 'ecdsa-p384'],
    [{ type: 'ssh-rsa', bits: 2048 }, 'rsa-4096'],
    [{ type: 'ssh-rsa', bits: 1024 }, 'ed25519'],
    [{ type: 'ssh-dss' }, 'ed25519'],
  ] as const)('after %j is of %s', (old, next) => {
    expect(algorithmLike(old)).toBe(next)
  })

  test('RSA has the bits that were asked for', () => {
    expect(madeOf('rsa-4096').public.bits).toBe(4096)
  })
})

describe('the agent', () => {
  test.each(ALGORITHMS)('signs with a key of %s so that its public half verifies it', (algorithm) => {
    const key = held(algorithm)
    const data = Buffer.from('what ssh signs')

    const said = answer([key], Buffer.concat([Buffer.from([13]), field(key.public.blob), field(data), count(4)]))

    expect(said[0]).toBe(14)
    const signature = new Fields(new Fields(said.subarray(1)).field())
    const name = signature.text()
    expect(Object.keys(hashes)).toContain(name)
    expect(verify(hashes[name] ?? null, data, createPublicKey(key.key), plain(name, signature.field()))).toBe(true)
  })

  test('lists what it holds, and nothing of its private half', () => {
    const key = held('ed25519')

    const said = answer([key], Buffer.from([11]))

    const fields = new Fields(said.subarray(1))
    expect([said[0], fields.count(), fields.field().equals(key.public.blob), fields.text()]).toEqual([12, 1, true, ''])
  })

  test.each([
    ['a key that it does not hold', Buffer.concat([Buffer.from([13]), field('other'), field('data'), count(0)])],
    ['a message that it does not know', Buffer.from([27])],
    ['an empty message', Buffer.alloc(0)],
    ['a message that is cut off', Buffer.from([13, 0, 0, 1])],
  ])('refuses %s', (_what, message) => {
    expect(answer([held('ed25519')], message)).toEqual(Buffer.from([5]))
  })
})
