import { expect, test } from 'vitest'
import { knots } from '../../../src/diagnosis/knots.ts'

const graph = (edges: Record<string, string[]>): ReadonlyMap<string, readonly string[]> => new Map(Object.entries(edges))

test('what leads into each other is one part, and comes behind what it leads to', () => {
  expect(knots(graph({ a: ['b'], b: ['c'], c: ['a', 'd'], d: [], e: ['a'] })).map((part) => [...part].sort())).toEqual([
    ['d'],
    ['a', 'b', 'c'],
    ['e'],
  ])
})

test('a chain of a hundred thousand is walked without recursion', () => {
  const chain = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`n${at}`, [`n${at + 1}`]]))

  expect(knots(graph({ ...chain, n100000: [] }))).toHaveLength(100_001)
})

test('a node that leads to one that is not there is walked all the same', () => {
  expect(knots(graph({ a: ['gone'] }))).toEqual([['gone'], ['a']])
})
