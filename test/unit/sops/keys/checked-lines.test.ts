import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  canonical,
  checkedLines,
  decode32,
  encode32,
  linesText,
  numberText,
  readCheckedLines,
} from '../../../../src/sops/keys/checked-lines.ts'

const letters = fc.string({ unit: fc.constantFrom(...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'), minLength: 1, maxLength: 40 })
const text = (pieces: readonly string[]): string =>
  checkedLines(pieces)
    .map(({ number, data, check }) => `${numberText(number)} ${data} ${check}`)
    .join('\n')

describe('bytes in base 32', () => {
  test('come back, in small letters and with look-alikes as well', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const written = encode32(bytes)
        const typed = written.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l').replaceAll('v', 'u')

        expect(decode32(typed)).toEqual(bytes)
      }),
    )
  })

  test('are not made of a letter that is not in the alphabet', () => {
    expect(decode32('AB*D')).toBeUndefined()
  })

  // Ten digits, then the letters but I, L, O and U: crockford.com/base32.html
  test.each([
    [[0x00, 0x44, 0x32, 0x14, 0xc7], '01234567'],
    [[0xc6, 0x75, 0xbe, 0x77, 0xdf], 'RSTVWXYZ'],
  ])('follow the alphabet of Crockford', (bytes, written) => {
    expect(encode32(Uint8Array.from(bytes))).toBe(written)
  })

  test('are read with look-alikes put right', () => {
    expect(canonical('il-oO u')).toBe('1100V')
  })
})

describe('lines with a check each', () => {
  test('are found however the text is broken', () => {
    fc.assert(
      fc.property(fc.array(letters, { minLength: 1, maxLength: 30 }), fc.array(fc.nat(), { maxLength: 30 }), (pieces, breaks) => {
        let broken = text(pieces)
        for (const at of breaks) broken = `${broken.slice(0, at % broken.length)} \n\t${broken.slice(at % broken.length)}`

        expect(readCheckedLines(broken, canonical)).toEqual({ good: checkedLines(pieces), bad: [] })
        expect(readCheckedLines(text(pieces).replace(/\s/g, ''), canonical).bad).toEqual([])
      }),
    )
  })

  test('name the line in which a letter was changed, and no other', () => {
    const pieces = fc.array(letters, { minLength: 2, maxLength: 20 })
    fc.assert(
      fc.property(pieces, fc.nat(), fc.nat(), fc.constantFrom(...'23456789ABCDEFGH'), (all, which, where, letter) => {
        const number = (which % all.length) + 1
        const lines = text(all).split('\n')
        const line = lines[number - 1] ?? ''
        const at = 5 + (where % (line.length - 5))
        fc.pre(line[at] !== ' ' && line[at] !== letter)
        lines[number - 1] = line.slice(0, at) + letter + line.slice(at + 1)

        expect(readCheckedLines(lines.join('\n'), canonical).bad).toEqual([number])
      }),
    )
  })

  const three = text(['AAAA', 'BBBB', 'CCCC'])
  const [first, second, third] = three.split('\n')

  test('that were swapped are put in order', () => {
    expect(readCheckedLines(`${second} ${third} ${first}`, canonical)).toEqual({ good: checkedLines(['AAAA', 'BBBB', 'CCCC']), bad: [] })
  })

  test.each([
    ['is missing', `${first}\n${third}`],
    ['has another number', three.replace('002:', '902:')],
    ['has the number of another', three.replace('002:', '003:')],
  ])('show which one %s', (_what, changed) => {
    expect(readCheckedLines(changed, canonical).bad).toEqual([2])
  })

  test('that are the same twice count once', () => {
    const once = text(['AAAA', 'BBBB'])

    expect(readCheckedLines(`${once}\n${once}`, canonical).good).toHaveLength(2)
  })

  test.each([
    [[3], 'line 3'],
    [[3, 7], 'lines 3 and 7'],
    [[3, 7, 12], 'lines 3, 7 and 12'],
    [Array.from({ length: 50 }, (_, at) => at), 'lines 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 40 more'],
  ])('are named in words', (numbers, said) => {
    expect(linesText(numbers)).toBe(said)
  })
})
