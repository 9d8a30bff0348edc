// The public half of a key, as authorized_keys and ssh-keygen -l have it.
import { createHash, type JsonWebKey, type KeyObject } from 'node:crypto'
import { Fields, field, number } from './wire.ts'

export interface PublicKey {
  /** What SSH sends (RFC 4253, section 6.6). */
  readonly blob: Buffer
  /** `ssh-ed25519`, `ecdsa-sha2-nistp384`, `ssh-rsa`, … */
  readonly type: string
  /** Bits of the modulus for RSA; undefined for others. */
  readonly bits?: number
}

const CURVES: Readonly<Record<string, string>> = { 'P-256': 'nistp256', 'P-384': 'nistp384', 'P-521': 'nistp521' }

const bytes = (value: string | undefined): Buffer => Buffer.from(value ?? '', 'base64url')

const EC_BYTES: Readonly<Record<string, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66 }

const padded = (value: string | undefined, length: number): Buffer =>
  Buffer.concat([Buffer.alloc(Math.max(0, length - bytes(value).length)), bytes(value)])

function blobOf(jwk: JsonWebKey): Buffer | undefined {
  const { kty, crv = '', x, y, n, e } = jwk
  if (kty === 'OKP' && crv === 'Ed25519') return Buffer.concat([field('ssh-ed25519'), field(bytes(x))])
  if (kty === 'RSA') return Buffer.concat([field('ssh-rsa'), number(bytes(e)), number(bytes(n))])
  const curve = CURVES[crv]
  if (kty !== 'EC' || curve === undefined) return undefined
  const length = EC_BYTES[crv] ?? 0
  const point = Buffer.concat([Buffer.from([4]), padded(x, length), padded(y, length)])
  return Buffer.concat([field(`ecdsa-sha2-${curve}`), field(curve), field(point)])
}

const bitsOf = (modulus: Buffer): number => {
  const hex = modulus.toString('hex').replace(/^0+/, '')
  return hex === '' ? 0 : (hex.length - 1) * 4 + Number.parseInt(hex[0] ?? '0', 16).toString(2).length
}

/** Undefined for bytes that are no public key. */
export function readBlob(blob: Buffer): PublicKey | undefined {
  try {
    const fields = new Fields(blob)
    const type = fields.text()
    if (!/^[a-z0-9@.-]{3,64}$/.test(type)) return undefined
    if (type !== 'ssh-rsa') return { blob, type }
    fields.field()
    return { blob, type, bits: bitsOf(fields.field()) }
  } catch {
    return undefined
  }
}

/** Undefined for a kind that SSH has no name for. */
export function publicOf(key: KeyObject): PublicKey | undefined {
  const blob = blobOf(key.export({ format: 'jwk' }))
  return blob === undefined ? undefined : readBlob(blob)
}

/** `ssh-ed25519 AAAA… COMMENT` */
export const publicLine = ({ type, blob }: PublicKey, comment: string): string => `${type} ${blob.toString('base64')} ${comment}`

/** `SHA256:…`, as ssh-keygen and the forges show it. */
export const fingerprint = ({ blob }: Pick<PublicKey, 'blob'>): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
