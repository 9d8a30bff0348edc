import { describe, expect, test } from 'vitest'
import type { Secret } from '../../../../src/ports/secret.ts'
import { readAgeFile } from '../../../../src/sops/keys/age-file.ts'
import { openWithIdentities } from '../../../../src/sops/keys/open.ts'
import { compactShare, verifyShare } from '../../../../src/sops/keys/share-text.ts'
import { combineShares } from '../../../../src/sops/keys/shares.ts'
import { allOf } from './fixtures.ts'
import { armor, byShares, copied, office, page, printed, read, reading, sealedPage, share, sharePage, shares, text } from './sheets.ts'

describe('a sheet that is read back', () => {
  test('opens with the key it was sealed to', async () => {
    const sheet = read(sealedPage)

    expect(sheet).toEqual({ kind: 'sealed', text: armor })
    expect((await openWithIdentities(await readAgeFile(sheet.text as string, 'sheet.html'), [office])).reveal()).toBe(text.reveal())
  })

  test('gives its share, which recovers the keys with another', async () => {
    const pages = await Promise.all(shares.slice(1).map((each) => page(byShares, { kind: 'share', text: each })))
    const found = pages.map((html, at) => verifyShare(read(html).text as Secret, `sheet-${at}.html`))

    expect((await combineShares(found)).reveal()).toBe(text.reveal())
  })

  const ways: readonly [string, string][] = [
    ['copied from a browser', copied(sealedPage)],
    ['copied from a PDF or scanned, with numbers and checks', printed(sealedPage)],
    ['with the newlines of Windows', printed(sealedPage).replaceAll('\n', '\r\n')],
    ['as one long line with numbers', printed(sealedPage).replaceAll('\n', ' ')],
    ['as one long line without', copied(sealedPage).replaceAll('\n', ' ')],
    ['with spaces inside its lines', printed(sealedPage).replace(/^(\d{3}: .{20})/gm, '$1 ')],
    ['with the dashes of a word processor', copied(sealedPage).replaceAll('-----', '\u2014\u2013-')],
    ['saved as a page with other newlines', sealedPage.replaceAll('\n', '\r\n')],
    ['as the file it was made of', armor],
  ]

  test.each(ways)('%s is the same file', (_how, given) => {
    expect(read(given)).toEqual({ kind: 'sealed', text: armor })
  })

  test.each([
    ['copied whole', printed(sharePage)],
    ['in small letters', printed(sharePage).toLowerCase()],
    ['from its code', compactShare(share).reveal()],
    ['as the page itself', sharePage],
  ])('%s is the same share', (_how, given) => {
    const found = verifyShare(read(given).text as Secret, 'sheet.html')

    expect(found.data.reveal()).toBe(verifyShare(share, 'share').data.reveal())
  })

  const numbered = printed(sealedPage)

  test.each([
    [
      'with a slip in a line',
      numbered.replace(/^(003: .{9})./m, (all, before) => `${before}${all.endsWith('O') ? '0' : 'O'}`),
      'does not hold in line 3',
    ],
    ['without a line', numbered.replace(/^004: .*\n/m, ''), 'does not hold in line 4'],
    ['without its END', numbered.slice(0, numbered.indexOf('END AGE')), 'has no line with END'],
    [
      'with letters that are none of it',
      copied(sealedPage).replace('AGE ENCRYPTED FILE-----\n', 'AGE ENCRYPTED FILE-----\n§'),
      'has letters that no sealed text has',
    ],
  ])('%s says where it does not hold', async (_what, given, said) => {
    const error = await reading(given)

    expect(error.code).toBe('sheet-damaged')
    expect(error.message).toContain(said)
    expect(error.hints.length).toBeGreaterThan(0)
  })

  test.each(['', 'hello', '<html><pre id="flux-ops-text">hello</pre></html>', `${armor}${' '.repeat(8 * 2 ** 20)}`])(
    'is told from anything else',
    async (given) => {
      const error = await reading(given)

      expect(error.code).toBe('sheet-unreadable')
      expect(allOf(error)).not.toContain('hello')
    },
  )
})
