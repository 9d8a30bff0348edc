// What of a Secret is the credential, in the names that source-controller knows. Host keys, authorities and whatever else lies in it are none.
import type { GitLogin } from '../../src/ports/git.ts'
import { Secret } from '../../src/ports/secret.ts'
import { readPrivateKey } from '../../src/ssh/private-key.ts'
import { fingerprint, type PublicKey } from '../../src/ssh/public-key.ts'

export const KINDS = ['ssh', 'basic', 'bearer'] as const
export type Kind = (typeof KINDS)[number]

/** Entries of a Secret as the API server has them: base64. */
export type Data = Readonly<Record<string, string>>

const ENTRIES: Readonly<Record<Kind, readonly string[]>> = {
  ssh: ['identity', 'identity.pub', 'password'],
  basic: ['username', 'password'],
  bearer: ['bearerToken'],
}

/** The one that is the credential itself. */
export const MAIN: Readonly<Record<Kind, string>> = { ssh: 'identity', basic: 'password', bearer: 'bearerToken' }

export const encoded = (text: string): string => Buffer.from(text).toString('base64')

export const clear = (data: Data, name: string): string | undefined => {
  const value = data[name]
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8')
}

/** Of all entries those that are the credential. */
export const credentialOf = (kind: Kind, data: Data): Data =>
  Object.fromEntries(ENTRIES[kind].flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]]])))

/** A merge patch of `data`: what the credential lacks goes. */
export const changeTo = (kind: Kind, credential: Data): Record<string, string | null> =>
  Object.fromEntries(ENTRIES[kind].map((name) => [name, credential[name] ?? null]))

/** The whole of a Secret, with another credential in it. */
export const withCredential = (kind: Kind, data: Data, credential: Data): Data => {
  const others = Object.entries(data).filter(([name]) => !ENTRIES[kind].includes(name))
  return { ...Object.fromEntries(others), ...credential }
}

/** Compared in clear: base64 has more than one spelling. The public half is a copy and says nothing. */
export const holds = (kind: Kind, data: Data, credential: Data): boolean =>
  ENTRIES[kind].filter((name) => name !== 'identity.pub').every((name) => clear(data, name) === clear(credential, name))

/** As source-controller reads it: by the address of the source first. A phrase where it is none that can be rotated here. */
export function kindOf(data: Data, urls: readonly string[]): Kind | { readonly problem: string } {
  const ssh = urls.filter((url) => url.startsWith('ssh://')).length
  if (ssh > 0 && ssh < urls.length) return { problem: 'is read by sources over SSH and by others over HTTPS' }
  if (ssh > 0) return data.identity === undefined ? { problem: 'has no entry identity' } : 'ssh'
  if (Object.keys(data).some((name) => name.startsWith('githubApp'))) return { problem: 'holds the key of a GitHub App' }
  if (data.bearerToken !== undefined) return 'bearer'
  if (data.username !== undefined && data.password !== undefined) return 'basic'
  return { problem: 'holds no key, no password and no token for git' }
}

const authoritiesOf = (data: Data): string | undefined => clear(data, 'ca.crt') ?? clear(data, 'caFile')

/** What git is to be let in with. `data`: the whole of a Secret. */
export function loginOf(kind: Kind, data: Data): GitLogin {
  if (kind !== 'ssh') {
    const token = new Secret(clear(data, MAIN[kind]) ?? '')
    return { how: 'token', username: clear(data, 'username') ?? '', token, bearer: kind === 'bearer', authorities: authoritiesOf(data) }
  }
  const passphrase = clear(data, 'password')
  return {
    how: 'key',
    key: new Secret(clear(data, 'identity') ?? ''),
    passphrase: passphrase === undefined ? undefined : new Secret(passphrase),
    knownHosts: clear(data, 'known_hosts') ?? '',
  }
}

/** undefined: no key, or one that cannot be read. */
export const publicKeyOf = (data: Data): PublicKey | undefined =>
  readPrivateKey(clear(data, 'identity') ?? '', clear(data, 'password'))?.public

/** How a person tells a credential from another: a key by its fingerprint. A token has nothing that may be shown. */
export function nameOf(kind: Kind, data: Data): string {
  if (kind !== 'ssh') return kind === 'bearer' ? 'bearer token' : `password of user ${clear(data, 'username') ?? ''}`
  const key = publicKeyOf(data)
  return key === undefined ? 'a key that cannot be read' : `${fingerprint(key)} (${key.type})`
}
