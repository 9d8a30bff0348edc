// Whatever is given to this folder, the answer is a result or an OpsError, and no error repeats a piece of a key, a passphrase or a share.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OpsError } from '../../../../src/errors.ts'
import { Secret } from '../../../../src/ports/secret.ts'
import { readAgeFile } from '../../../../src/sops/keys/age-file.ts'
import { parseIdentities } from '../../../../src/sops/keys/identities.ts'
import { readManifest } from '../../../../src/sops/keys/manifest.ts'
import { openWithIdentities, openWithPassphrase } from '../../../../src/sops/keys/open.ts'
import { readBundle } from '../../../../src/sops/keys/read-bundle.ts'
import { readSheet } from '../../../../src/sops/keys/read-sheet.ts'
import { parseRecipientsFile, readRecipient } from '../../../../src/sops/keys/recipients.ts'
import { planSeal, sealToPassphrase } from '../../../../src/sops/keys/seal.ts'
import { verifyShare } from '../../../../src/sops/keys/share-text.ts'
import { combineShares } from '../../../../src/sops/keys/shares.ts'
import { allOf, PLUGIN_IDENTITY } from './fixtures.ts'
import { armor, key, labels, manifest, office, sealedPage, sealedTo, share, sharePage, shares, text } from './sheets.ts'

const PIECE = 10
const secrets = [key.secret.reveal().slice(16), PLUGIN_IDENTITY.slice(20), ...(share.reveal().match(/^\d{3}: .*$/gm) ?? [])]
const pieces = secrets.flatMap((secret) => {
  const letters = secret.toLowerCase()
  return Array.from({ length: letters.length - PIECE + 1 }, (_, at) => letters.slice(at, at + PIECE))
})

const originals: readonly [string, string][] = [
  ['a key', key.secret.reveal()],
  ['a key of a plugin', PLUGIN_IDENTITY],
  ['a bundle', text.reveal()],
  ['a share', share.reveal()],
  ['the page of a share', sharePage.replace(/<svg.*?<\/svg>/gs, '')],
  ['a sealed page', sealedPage.replace(/<svg.*?<\/svg>/gs, '')],
  ['a sealed file', armor],
  ['a manifest', JSON.stringify(manifest(sealedTo))],
]

const doors: readonly [string, (given: string) => Promise<unknown>][] = [
  ['parseIdentities', (given) => parseIdentities(given, 'it')],
  ['readBundle', (given) => readBundle(new Secret(given), 'it')],
  ['readRecipient', (given) => readRecipient(given, 'it')],
  ['parseRecipientsFile', (given) => parseRecipientsFile(given, 'it')],
  ['verifyShare', async (given) => combineShares([verifyShare(new Secret(given), 'it'), verifyShare(shares[1] as Secret, 'other')])],
  ['readSheet', async (given) => readSheet(new Secret(given), 'it')],
  ['readManifest', async (given) => readManifest(given, 'it')],
  ['openWithIdentities', async (given) => openWithIdentities(await readAgeFile(given, 'it'), [office])],
  ['openWithPassphrase', async (given) => openWithPassphrase(await readAgeFile(given, 'it'), new Secret(key.secret.reveal()))],
  [
    'planSeal',
    async (given) =>
      planSeal(
        [await readRecipient(given, 'it')],
        labels.keys.map((recipient) => ({ kind: 'x25519', recipient, sources: [] })),
      ),
  ],
]

/** A slip of the pen, of a scanner or of a copy. */
const slip = fc.record({
  at: fc.nat(),
  drop: fc.integer({ min: 0, max: 3 }),
  put: fc.string({ unit: fc.constantFrom(...'0O1lQ#:"<>{ \n\0é'), maxLength: 3 }),
})
const withSlips = (original: string, slips: readonly { at: number; drop: number; put: string }[]): string =>
  slips.reduce((so, { at, drop, put }) => so.slice(0, at % so.length) + put + so.slice((at % so.length) + drop) || 'x', original)

describe.each(originals)('%s with slips in it', (_what, original) => {
  test.each(doors)('gives %s a result or an error that tells nothing of it', async (_name, open) => {
    await fc.assert(
      fc.asyncProperty(fc.array(slip, { maxLength: 4 }), async (slips) => {
        const error: unknown = await open(withSlips(original, slips)).then(
          () => undefined,
          (thrown: unknown) => thrown,
        )
        if (error === undefined) return
        const shown = error instanceof OpsError ? allOf(error).toLowerCase() : ''

        expect(error).toBeInstanceOf(OpsError)
        expect(pieces.filter((piece) => shown.includes(piece))).toEqual([])
      }),
      { numRuns: 40 },
    )
  })
})

test('a passphrase that is refused is not repeated', async () => {
  const given = fc.string({ unit: fc.constantFrom(...'abc1 \n'), maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(given, async (word) => {
      const error = await sealToPassphrase(text, new Secret(`hunter2${word}`), 1).catch((thrown: unknown) => thrown)

      expect(error).toMatchObject({ code: 'passphrase-weak' })
      expect(allOf(error as OpsError)).not.toContain('hunter2')
    }),
  )
})
