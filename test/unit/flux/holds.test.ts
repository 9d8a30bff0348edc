import { expect, test } from 'vitest'
import { holds } from '../../../src/flux/holds.ts'

test.each([
  [{ a: 1, b: 2 }, { a: 1 }, true],
  [{ a: { b: [1, { c: 2, d: 3 }] } }, { a: { b: [1, { c: 2 }] } }, true],
  [{ a: 1 }, { a: 2 }, false],
  [{ a: [1, 2] }, { a: [1] }, false],
  [{ a: 'x' }, { a: { b: 1 } }, false],
  [undefined, { a: 1 }, false],
  [null, {}, false],
  [{ a: 1 }, undefined, false],
])('%j holds %j: %s', (there, wanted, expected) => {
  expect(holds(there, wanted)).toBe(expected)
})
