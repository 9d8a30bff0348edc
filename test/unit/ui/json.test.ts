import { expect, test } from 'vitest'
import { jsonDocument, jsonLine } from '../../../src/ui/json.ts'

// C0, C1 and DEL, zero-width and directional marks, line and paragraph separator, byte-order mark, a tag character
const NASTY = 'a\u001b[2J\u009b31m\u007f\u200b\u202eb\u2028\u2029\ufeff\u{e0041}\r\nend'
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

test.each([
  ['a line', jsonLine],
  ['a document', jsonDocument],
])('%s of JSON holds nothing that a terminal acts on, and the same data', (_what, write) => {
  const value = { message: NASTY, items: [NASTY] }

  const text = write(value)

  expect(text.replaceAll('\n', '')).not.toMatch(INVISIBLE)
  expect(JSON.parse(text)).toEqual(value)
})
