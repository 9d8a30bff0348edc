// Keys for the tests of src/sops/keys. Native ones are made anew each time, once a test file; of plugins there are fixed ones that nothing opens.
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { generateHybridIdentity, generateX25519Identity } from 'age-encryption'
import { OpsError } from '../../../../src/errors.ts'
import { type Identity, parseIdentities } from '../../../../src/sops/keys/identities.ts'

export const PLUGIN_IDENTITY = 'AGE-PLUGIN-YUBIKEY-1QQRSU9GUYV4RZWPLGEX4GKMZD9C8WL598A8A70'
export const DASHED_PLUGIN_IDENTITY = 'AGE-PLUGIN-FIDO2-HMAC-1QQRSU9GUYV4RZWPLGEX4GKMZD9C8WL59JK4U6V'
export const PLUGIN_RECIPIENT = 'age1yubikey1qgqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0jqxwspvz'
export const DASHED_PLUGIN_RECIPIENT = 'age1fido2-hmac1qqrsu9guyv4rzwplgex4gkmzd9c8wl59rwkaws'
/** Longer than what is shown whole. */
export const LONG_PLUGIN_RECIPIENT =
  'age1tpm1qvpsvzgvpufp2xqmrcsjgfe295crxd3e8sl5y32gfd89z4zhtfwkqcmxd9kx7un40pahaqvys79gmyynj6vee8az5k52ht43kjmm40wqc0rvnnx06t2a3k77u8jw06hd7reld70ulupq2zqtpcg3g9c6r5szxf3fq6x638'
export const TAG_RECIPIENT = 'age1tag1qvg37v296nafgk2hqjdz70az50pfzrzdtva3cnuuwq7ugcvvz6d8y87k7g8'

export const x25519 = (): Promise<string> => generateX25519Identity()
export const hybrid = (): Promise<string> => generateHybridIdentity()

export async function identity(line: string): Promise<Identity> {
  const [found] = await parseIdentities(line, 'test key')
  if (found === undefined) throw new Error('no identity')
  return found
}

export const recipientOf = async (line: string): Promise<string> => (await identity(line)).recipient ?? ''

/** The OpsError that a promise ends with, for looking at all of it. */
export async function failure(promise: Promise<unknown>): Promise<OpsError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof OpsError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** Everything that an error could show to anybody. */
export const allOf = (error: OpsError): string => {
  const cause = error.cause instanceof Error ? `${error.cause.message} ${error.cause.stack}` : String(error.cause)
  return [error.message, ...error.hints, cause, error.stack].join('\n')
}

const wire = (...parts: Buffer[]): string =>
  Buffer.concat(parts.flatMap((part) => [Buffer.from(Uint32Array.of(part.length).buffer).swap32(), part])).toString('base64')

/** A line of a .pub file. */
export function sshEd25519(comment = '', publicKey: KeyObject = generateKeyPairSync('ed25519').publicKey): string {
  const { x = '' } = publicKey.export({ format: 'jwk' })
  return `ssh-ed25519 ${wire(Buffer.from('ssh-ed25519'), Buffer.from(x, 'base64url'))} ${comment}`.trim()
}

export function sshRsa(bits: number, comment = ''): string {
  const { n = '', e = '' } = generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' })
  const modulus = Buffer.concat([Buffer.of(0), Buffer.from(n, 'base64url')])
  return `ssh-rsa ${wire(Buffer.from('ssh-rsa'), Buffer.from(e, 'base64url'), modulus)} ${comment}`.trim()
}
