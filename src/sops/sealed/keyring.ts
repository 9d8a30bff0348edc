// Identities that open data keys. Each entry is tried with the identity it names before all others: an unwrapping costs half a millisecond.
import { webcrypto } from 'node:crypto'
import type { Decrypter } from 'age-encryption'
import type { Secret } from '../../ports/secret.ts'
import { bech32Bytes } from '../keys/bech32.ts'
import type { Identity } from '../keys/identities.ts'
import type { AgeEntry, KeyGroup, SealedMetadata } from './model.ts'

export interface Unwrapped {
  readonly key: Uint8Array
  /** The recipient whose identity opened it. */
  readonly by: string
}

export interface Keyring {
  readonly recipients: readonly string[]
  /** Undefined when no identity opens it. */
  unwrap(entry: AgeEntry): Promise<Unwrapped | undefined>
}

/** PrivateKeyInfo of an X25519 key (RFC 8410), up to the 32 bytes of the key. */
const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex')

/** Of a text age-encryption makes a key of the platform anew for every file, and its public key too. Undefined where the platform has no X25519. */
async function platformKey(secret: Secret): Promise<webcrypto.CryptoKey | undefined> {
  const bytes = bech32Bytes(secret.reveal())
  if (bytes === undefined) return undefined
  const der = Buffer.concat([PKCS8_X25519, bytes])
  try {
    return await webcrypto.subtle.importKey('pkcs8', der, { name: 'X25519' }, false, ['deriveBits'])
  } catch {
    return undefined
  } finally {
    bytes.fill(0)
    der.fill(0)
  }
}

const streamOf = (bytes: Uint8Array): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: (controller) => {
      controller.enqueue(bytes)
      controller.close()
    },
  })

/** Read by ourselves: age-encryption makes a `Response` of it, for which Node loads its HTTP client. */
async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return new Uint8Array(Buffer.concat(parts))
}

async function decrypterOf(kind: Identity['kind'], secret: Secret): Promise<Decrypter> {
  const { Decrypter } = await import('age-encryption')
  const decrypter = new Decrypter()
  decrypter.addIdentity((kind === 'x25519' ? await platformKey(secret) : undefined) ?? secret.reveal())
  return decrypter
}

/** Plugin identities open nothing here: the age CLI and its plugin are needed for them. */
export async function keyringOf(identities: readonly Identity[]): Promise<Keyring> {
  const { armor } = await import('age-encryption')
  const native: { recipient: string; decrypter: Decrypter }[] = []
  for (const { kind, recipient, secret } of identities) {
    if (kind === 'plugin' || recipient === undefined) continue
    native.push({ recipient, decrypter: await decrypterOf(kind, secret) })
  }
  return {
    recipients: native.map(({ recipient }) => recipient),
    unwrap: async ({ recipient, enc }) => {
      const named = native.filter((one) => one.recipient === recipient)
      const others = native.filter((one) => one.recipient !== recipient)
      for (const one of [...named, ...others]) {
        try {
          return { key: await bytesOf(await one.decrypter.decrypt(streamOf(armor.decode(enc)))), by: one.recipient }
        } catch {
          // Not for this identity, or damaged: another one may open it.
        }
      }
      return undefined
    },
  }
}

/** Of a data key, for AES-256. */
const KEY_BYTES = 32

export interface DataKey {
  readonly key: Uint8Array
  /** What each group wraps: the data key itself, or its share; undefined for a group that nothing opened. */
  readonly parts: readonly (Unwrapped | undefined)[]
}

async function partOf(group: KeyGroup, keyring: Keyring): Promise<Unwrapped | undefined> {
  const known = new Set(keyring.recipients)
  // The ones that name an identity of ours first.
  for (const entry of [...group.age].sort((a, b) => Number(known.has(b.recipient)) - Number(known.has(a.recipient)))) {
    const part = await keyring.unwrap(entry)
    if (part !== undefined) return part
  }
  return undefined
}

/** What somebody has put there in the place of shares makes a key too, one that opens nothing; also where it cannot be put together at all. */
async function keyFrom(shares: Uint8Array[]): Promise<Uint8Array> {
  const { combine } = await import('shamir-secret-sharing')
  return await combine(shares).catch(() => new Uint8Array(KEY_BYTES))
}

/** Undefined when too few groups open. */
export async function dataKeyOf(metadata: SealedMetadata, keyring: Keyring): Promise<DataKey | undefined> {
  const parts: (Unwrapped | undefined)[] = []
  for (const group of metadata.groups) parts.push(await partOf(group, keyring))
  const opened = parts.flatMap((part) => part ?? [])
  if (metadata.groups.length === 1) return opened[0] === undefined ? undefined : { key: opened[0].key, parts }
  const needed = metadata.shamirThreshold || metadata.groups.length
  if (opened.length < needed) return undefined
  return { key: await keyFrom(opened.map(({ key }) => key)), parts }
}

/** A data key wrapped for a recipient, as sops keeps it. */
export async function wrapFor(recipient: string, key: Uint8Array): Promise<AgeEntry> {
  const { armor, Encrypter } = await import('age-encryption')
  const encrypter = new Encrypter()
  encrypter.addRecipient(recipient)
  return { recipient, enc: armor.encode(await bytesOf(await encrypter.encrypt(streamOf(key)))) }
}
