// Keys of ed25519 as OpenSSH writes them: ssh-keygen is not there everywhere.
import { generateKeyPairSync, randomBytes } from 'node:crypto'

export interface SshKey {
  /** As in a file of ssh-keygen. */
  readonly identity: string
  /** `ssh-ed25519 AAAA…` */
  readonly line: string
}

const uint = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const text = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value)
  return Buffer.concat([uint(bytes.length), bytes])
}

const armoured = (bytes: Buffer): string => {
  const lines = bytes.toString('base64').replaceAll(/(.{70})/g, '$1\n')
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.trimEnd()}\n-----END OPENSSH PRIVATE KEY-----\n`
}

const packed = (cipher: string, kdf: string, options: Buffer, publicKey: Buffer, secret: Buffer): string =>
  armoured(Buffer.concat([Buffer.from('openssh-key-v1\0'), text(cipher), text(kdf), text(options), uint(1), text(publicKey), text(secret)]))

const raw = (value: string | undefined): Buffer => Buffer.from(value ?? '', 'base64url')

function pair(): { seed: Buffer; point: Buffer; blob: Buffer } {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const point = raw(x)
  return { seed: raw(d), point, blob: Buffer.concat([text('ssh-ed25519'), text(point)]) }
}

export function sshKey(): SshKey {
  const { seed, point, blob } = pair()
  const check = randomBytes(4)
  const inner = Buffer.concat([check, check, text('ssh-ed25519'), text(point), text(Buffer.concat([seed, point])), text('')])
  const padding = Buffer.from(Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, at) => at + 1))
  const identity = packed('none', 'none', Buffer.alloc(0), blob, Buffer.concat([inner, padding]))
  return { identity, line: `ssh-ed25519 ${blob.toString('base64')}` }
}

/** One with a passphrase that nobody knows. */
export function encryptedSshKey(): string {
  return packed('aes256-ctr', 'bcrypt', Buffer.concat([text(randomBytes(16)), uint(16)]), pair().blob, randomBytes(144))
}
