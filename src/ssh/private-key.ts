// A private key as text: what Flux finds in a Secret and people have in files. PEM in all its forms is read by the crypto of Node; the form of OpenSSH here
// (PROTOCOL.key of openssh-portable). One of those that is locked shows its public half alone.
import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { type PublicKey, publicOf, readBlob } from './public-key.ts'
import { Fields } from './wire.ts'

export interface PrivateKey {
  readonly public: PublicKey
  /** Undefined: locked in the form of OpenSSH, which only OpenSSH unlocks. */
  readonly key: KeyObject | undefined
}

const OPENSSH = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END OPENSSH PRIVATE KEY-----/
const MAGIC = 'openssh-key-v1\0'

const url = (bytes: Buffer): string => bytes.toString('base64url')
const bigint = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex') || '0'}`)

function bytesOf(value: bigint): Buffer {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}

const CURVES: Readonly<Record<string, string>> = { nistp256: 'P-256', nistp384: 'P-384', nistp521: 'P-521' }

/** A number of SSH has a zero in front where its first bit is set; JWK has none. */
const bare = (bytes: Buffer): Buffer => (bytes[0] === 0 ? bytes.subarray(1) : bytes)

function rsa(fields: Fields): JsonWebKey {
  const [n, e, d, qi, p, q] = [fields.field(), fields.field(), fields.field(), fields.field(), fields.field(), fields.field()] as const
  const rest = (prime: Buffer): string => url(bytesOf(bigint(d) % (bigint(prime) - 1n)))
  const plain = Object.fromEntries(Object.entries({ n, e, d, qi, p, q }).map(([name, value]) => [name, url(bare(value))]))
  return { kty: 'RSA', ...plain, dp: rest(p), dq: rest(q) }
}

function ec(fields: Fields): JsonWebKey {
  const crv = CURVES[fields.text()]
  const point = fields.field()
  const d = bare(fields.field())
  const length = (point.length - 1) / 2
  const scalar = Buffer.concat([Buffer.alloc(Math.max(0, length - d.length)), d])
  return { kty: 'EC', crv: crv ?? '', x: url(point.subarray(1, 1 + length)), y: url(point.subarray(1 + length)), d: url(scalar) }
}

function ed25519(fields: Fields): JsonWebKey {
  const x = fields.field()
  return { kty: 'OKP', crv: 'Ed25519', x: url(x), d: url(fields.field().subarray(0, 32)) }
}

/** A key as agents are given it, and as it lies in the form of OpenSSH: its type, then its numbers. Undefined for a type that is not known. */
export function readPrivateFields(fields: Fields): KeyObject | undefined {
  const type = fields.text()
  const read = type === 'ssh-ed25519' ? ed25519 : type === 'ssh-rsa' ? rsa : type.startsWith('ecdsa-sha2-') ? ec : undefined
  return read === undefined ? undefined : createPrivateKey({ key: read(fields), format: 'jwk' })
}

function readOpenSsh(bytes: Buffer): PrivateKey | undefined {
  if (bytes.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) return undefined
  const fields = new Fields(bytes.subarray(MAGIC.length))
  const [cipher] = [fields.text(), fields.text(), fields.field()]
  if (fields.count() !== 1) return undefined
  const found = readBlob(fields.field())
  if (found === undefined) return undefined
  if (cipher !== 'none') return { public: found, key: undefined }
  const secret = new Fields(fields.field())
  // Twice the same number: it tells a key that was unlocked wrongly.
  const [one, other] = [secret.count(), secret.count()]
  if (one !== other) return undefined
  const key = readPrivateFields(secret)
  return key === undefined ? undefined : { public: found, key }
}

/** Undefined for what is no private key, for one of a kind that git servers do not take, and for a PEM that the passphrase does not unlock. */
export function readPrivateKey(text: string, passphrase?: string): PrivateKey | undefined {
  try {
    const openSsh = OPENSSH.exec(text)?.[1]
    if (openSsh !== undefined) return readOpenSsh(Buffer.from(openSsh, 'base64'))
    const key = createPrivateKey({ key: text, format: 'pem', ...(passphrase !== undefined && { passphrase }) })
    const found = publicOf(key)
    return found === undefined ? undefined : { public: found, key }
  } catch {
    return undefined
  }
}
