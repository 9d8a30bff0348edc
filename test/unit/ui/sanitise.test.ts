import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sanitise, sanitiseLines } from '../../../src/ui/sanitise.ts'

describe('sanitising', () => {
  test('lets no control, format or separator character through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(sanitise(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
      }),
    )
  })

  test.each([
    ['an escape sequence', '\x1b[31mred', '␛[31mred'],
    ['a C1 control', '\u009b2J', '<U+009B>2J'],
    ['a direction override', 'abc\u202edef', 'abc<U+202E>def'],
    ['a zero-width space', 'a\u200bb', 'a<U+200B>b'],
    ['a newline', 'a\nb', 'a␊b'],
    ['a bell and a delete', '\x07\x7f', '␇␡'],
    ['a lone surrogate', '\ud800', '<U+D800>'],
    ['a tab', 'a\tb', 'a  b'],
  ])('makes %s visible', (_what, text, shown) => {
    expect(sanitise(text)).toBe(shown)
  })

  test.each(['naïve façade', '日本語', '► ◎ ✔ ✗ ⚠', '🙂'])('leaves %s alone', (text) => {
    expect(sanitise(text)).toBe(text)
  })

  test('cuts a long text and says how much is missing', () => {
    expect(sanitise('x'.repeat(30), 10)).toBe('xxxxxxxxxx… (20 more characters)')
  })

  test('keeps lines apart, drops carriage returns and counts what it leaves out', () => {
    expect(sanitiseLines('a\r\nb\nc\nd\n', 2)).toEqual(['a', 'b', '… (2 more lines)'])
  })
})
