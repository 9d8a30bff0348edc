// The key that the run makes for Flux. It is in its Secret from the first moment, and is read from there alone.
import { parseId, SECRET } from '../../src/actions/resources.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { Secret } from '../../src/ports/secret.ts'
import { type Algorithm, generateSshKey } from '../../src/ssh/generate.ts'
import { readPrivateKey } from '../../src/ssh/private-key.ts'
import { fingerprint, type PublicKey, publicLine } from '../../src/ssh/public-key.ts'
import type { BootstrapPlan } from './plan-schema.ts'

export interface DeployKey {
  readonly key: Secret
  readonly passphrase: Secret | undefined
  readonly public: PublicKey
  readonly knownHosts: string
}

const text = (value: unknown): string => (typeof value === 'string' ? Buffer.from(value, 'base64').toString() : '')

const commentOf = ({ metadata, flux }: BootstrapPlan['file']): string => `${flux.namespace}@${metadata.name}`

/** As a forge takes it. */
export const lineOf = (file: BootstrapPlan['file'], key: Pick<DeployKey, 'public'>): string => publicLine(key.public, commentOf(file))

/** undefined where the Secret is not there, or holds no key that can be read. */
export async function deployKeyIn({ kube }: Pick<ReadContext, 'kube'>, id: string): Promise<DeployKey | undefined> {
  const data = ((await kube.get(SECRET, parseId(id)))?.data ?? {}) as Record<string, unknown>
  const [identity, password] = [text(data.identity), text(data.password)]
  const read = readPrivateKey(identity, password === '' ? undefined : password)
  if (read === undefined) return undefined
  const passphrase = password === '' ? undefined : new Secret(password)
  return { key: new Secret(identity), passphrase, public: read.public, knownHosts: text(data.known_hosts) }
}

/** Type and key of each line; the host may be spelled otherwise, or hashed. */
const keysIn = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => {
    const [, type, blob] = line.trim().split(/\s+/)
    return type === undefined || blob === undefined ? [] : [`${type} ${blob}`]
  })

/** Whether host keys are there, and each of them is one that was pinned. */
export function onlyPinned(knownHosts: string, pinned: readonly string[]): boolean {
  const known = new Set(keysIn(pinned))
  const held = keysIn(knownHosts.split('\n'))
  return held.length > 0 && held.every((key) => known.has(key))
}

/** Entries of the Secret, in the names and forms of `flux create secret git`. */
export function newSecretData(file: BootstrapPlan['file'], algorithm: Algorithm, knownHosts: readonly string[]): Record<string, string> {
  const made = generateSshKey(algorithm)
  const entries = { identity: made.pem, 'identity.pub': `${lineOf(file, made)}\n`, known_hosts: `${knownHosts.join('\n')}\n` }
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, Buffer.from(value).toString('base64')]))
}

/** What a person registers, and compares. */
export const shownKey = (file: BootstrapPlan['file'], key: DeployKey): { publicKey: string; fingerprint: string } => ({
  publicKey: lineOf(file, key),
  fingerprint: fingerprint(key.public),
})

/** Whether Flux pushes with it. */
export const pushesWithKey = ({ flux }: Pick<BootstrapPlan['file'], 'flux'>): boolean =>
  [...flux.components, ...flux.componentsExtra].includes('image-automation-controller')
