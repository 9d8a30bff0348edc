// Identities that open data keys. Each entry is tried with the identity it names before all others: an unwrapping costs a millisecond.
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

/** Plugin identities open nothing here: the age CLI and its plugin are needed for them. */
export async function keyringOf(identities: readonly Identity[]): Promise<Keyring> {
  const { armor, Decrypter } = await import('age-encryption')
  const native = identities.flatMap(({ kind, recipient, secret }) => {
    if (kind === 'plugin' || recipient === undefined) return []
    const decrypter = new Decrypter()
    decrypter.addIdentity(secret.reveal())
    return [{ recipient, decrypter }]
  })
  return {
    recipients: native.map(({ recipient }) => recipient),
    unwrap: async ({ recipient, enc }) => {
      const named = native.filter((one) => one.recipient === recipient)
      const others = native.filter((one) => one.recipient !== recipient)
      for (const one of [...named, ...others]) {
        try {
          return { key: await one.decrypter.decrypt(armor.decode(enc)), by: one.recipient }
        } catch {
          // Not for this identity, or damaged: another one may open it.
        }
      }
      return undefined
    },
  }
}

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

/** Undefined when too few groups open. */
export async function dataKeyOf(metadata: SealedMetadata, keyring: Keyring): Promise<DataKey | undefined> {
  const parts: (Unwrapped | undefined)[] = []
  for (const group of metadata.groups) parts.push(await partOf(group, keyring))
  const opened = parts.flatMap((part) => part ?? [])
  if (metadata.groups.length === 1) return opened[0] === undefined ? undefined : { key: opened[0].key, parts }
  const needed = metadata.shamirThreshold || metadata.groups.length
  if (opened.length < needed) return undefined
  const { combine } = await import('shamir-secret-sharing')
  return { key: await combine(opened.map(({ key }) => key)), parts }
}

/** A data key wrapped for a recipient, as sops keeps it. */
export async function wrapFor(recipient: string, key: Uint8Array): Promise<AgeEntry> {
  const { armor, Encrypter } = await import('age-encryption')
  const encrypter = new Encrypter()
  encrypter.addRecipient(recipient)
  return { recipient, enc: armor.encode(await encrypter.encrypt(key)) }
}
