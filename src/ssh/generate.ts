// New keys, in the form that `flux create secret git` gives them: PKCS #8.
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type PublicKey, publicOf } from './public-key.ts'

export const ALGORITHMS = ['ed25519', 'ecdsa-p384', 'rsa-4096'] as const
export type Algorithm = (typeof ALGORITHMS)[number]

const pair = (algorithm: Algorithm): KeyObject => {
  if (algorithm === 'ed25519') return generateKeyPairSync('ed25519').privateKey
  if (algorithm === 'ecdsa-p384') return generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
  return generateKeyPairSync('rsa', { modulusLength: 4096 }).privateKey
}

export interface NewKey {
  readonly public: PublicKey
  readonly pem: string
}

export function generateSshKey(algorithm: Algorithm): NewKey {
  const key = pair(algorithm)
  const found = publicOf(key)
  if (found === undefined) throw new Error(`a key of ${algorithm} has no public half`)
  return { public: found, pem: String(key.export({ type: 'pkcs8', format: 'pem' })) }
}

/** RSA below this is refused by servers and libraries of today. */
const WEAK_RSA = 2048

/** The algorithm that the old key has, for servers that take no other; ed25519 in place of one that is weak or unknown. */
export function algorithmLike({ type, bits = 0 }: Pick<PublicKey, 'type' | 'bits'>): Algorithm {
  if (type.startsWith('ecdsa-sha2-')) return 'ecdsa-p384'
  return type === 'ssh-rsa' && bits >= WEAK_RSA ? 'rsa-4096' : 'ed25519'
}
