// What every refusal has in common.
import { expect } from 'vitest'
import type { Said } from './desk.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

/** Nothing that moves a cursor, changes a colour or turns text round. */
export const expectNothingRaw = (said: Said): void => {
  expect(said.text).not.toMatch(RAW)
}

/** Exit 3, the check by its id, each of the words, a next step, and no stack. */
export function expectRefused(said: Said, check: string, ...words: string[]): void {
  expect(said.text).toMatch(new RegExp(`✗ ${check}\\b`))
  for (const word of words) expect(said.text).toContain(word)
  expect(said.code).toBe(3)
  expect(said.text).toContain('→ ')
  expect(said.text).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m)
  expectNothingRaw(said)
}
