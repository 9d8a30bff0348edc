import { createPrivateKey, createPublicKey } from 'node:crypto'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bech32Bytes, bech32Prefix } from '../../../../src/sops/keys/bech32.ts'
import { DASHED_PLUGIN_RECIPIENT, PLUGIN_IDENTITY, PLUGIN_RECIPIENT, recipientOf, TAG_RECIPIENT, x25519 } from './fixtures.ts'

describe('the prefix of a bech32 text', () => {
  test.each([
    [PLUGIN_IDENTITY, 'AGE-PLUGIN-YUBIKEY-'],
    [PLUGIN_RECIPIENT, 'age1yubikey'],
    [DASHED_PLUGIN_RECIPIENT, 'age1fido2-hmac'],
    [TAG_RECIPIENT, 'age1tag'],
    // BIP 173 gives these as valid.
    ['A12UEL5L', 'A'],
    [
      'an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs',
      'an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio',
    ],
    ['split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w', 'split'],
  ])('of %s is %s', (text, prefix) => {
    expect(bech32Prefix(text)).toBe(prefix)
  })

  test.each([
    ['', 'nothing'],
    ['age', 'no separator'],
    ['1nwldj5', 'no prefix'],
    ['A1G7SGD8', 'a checksum over another case'],
    ['x1b4n0q5v', 'a letter that is not in the alphabet'],
    ['li1dgmt3', 'a checksum that is too short'],
    [`${PLUGIN_RECIPIENT.slice(0, -1)}Z`, 'both cases'],
    [`a\u00e91${'q'.repeat(8)}`, 'a prefix beyond ASCII'],
  ])('is not there in %j: %s', (text) => {
    expect(bech32Prefix(text)).toBeUndefined()
  })

  test('is not there once any character was changed for another', async () => {
    const recipient = await recipientOf(await x25519())
    const letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

    fc.assert(
      fc.property(fc.integer({ min: 4, max: recipient.length - 1 }), fc.constantFrom(...letters), (at, letter) => {
        fc.pre(recipient[at] !== letter)

        expect(bech32Prefix(recipient.slice(0, at) + letter + recipient.slice(at + 1))).toBeUndefined()
      }),
    )
  })
})

describe('the bytes of a bech32 text', () => {
  test('of an identity and of its recipient are the two halves of one key', async () => {
    const identity = await generateX25519Identity()
    const der = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), bech32Bytes(identity) ?? Buffer.alloc(0)])
    const { x = '' } = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({ format: 'jwk' })

    expect(Buffer.from(bech32Bytes(await identityToRecipient(identity)) ?? []).toString('base64url')).toBe(x)
  })

  test('of a text whose checksum does not hold are none', async () => {
    const identity = await generateX25519Identity()

    expect(bech32Bytes(identity.slice(0, -1) + (identity.endsWith('Q') ? 'P' : 'Q'))).toBeUndefined()
  })
})
