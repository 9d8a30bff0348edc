// Whom a file is for: all its documents and all their groups are asked.
import { expect, test } from 'vitest'
import type { SealedFile } from '../../../../src/sops/sealed/model.ts'
import { readSealed } from '../../../../src/sops/sealed/read.ts'
import { ageRecipients, isSealedTo, lacksBeside } from '../../../../src/sops/sealed/sealed-to.ts'
import { newKey, sealed } from '../../actions/keys/sealed.ts'
import { grouped } from './grouped.ts'

test('a file is sealed to those that it names, and to nobody else', async () => {
  const [one, two, stranger] = [await newKey(), await newKey(), await newKey()]
  const file = readSealed('a.yaml', await sealed([one, two])) as SealedFile

  expect([one, two, stranger].map(({ recipient = '' }) => isSealedTo(file, recipient))).toEqual([true, true, false])
  expect(ageRecipients(file)).toEqual([one.recipient, two.recipient])
})

test('the last group of the last document counts like the first', () => {
  const file = grouped([['a']], undefined, [['a'], ['b', 'c']])

  expect(isSealedTo(file, 'c')).toBe(true)
  expect(isSealedTo(file, 'd')).toBe(false)
  expect(ageRecipients(file)).toEqual(['a', 'b', 'c'])
})

test('a part of a recipient is none', () => {
  expect(isSealedTo(grouped([['age1abc']]), 'age1ab')).toBe(false)
})

test.each([
  ['in no group', [['a'], ['b']], false],
  ['in the only one', [['a', 'old']], true],
  ['in one of two, where the new one is in the other', [['old'], ['new']], true],
  [
    'in two, and the new one in both',
    [
      ['old', 'new'],
      ['new', 'old'],
    ],
    false,
  ],
  ['in two, and the new one in the first', [['old', 'new'], ['old']], true],
])('a file lacks the new one beside an old one that is %s: %j', (_where, groups, lacks) => {
  expect(lacksBeside(grouped(groups as string[][]), 'new', 'old')).toBe(lacks)
})

test('a document that lacks the new one is enough', () => {
  expect(lacksBeside(grouped([['old', 'new']], [['old']]), 'new', 'old')).toBe(true)
})

test('what is not sealed is for nobody', () => {
  const file = grouped(undefined)

  expect([isSealedTo(file, 'a'), lacksBeside(file, 'b', 'a'), ageRecipients(file)]).toEqual([false, false, []])
})
