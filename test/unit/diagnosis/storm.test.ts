// More of them, with precision and recall: npm run test:perf -- storms.
import { describe, expect, test } from 'vitest'
import { diagnose } from '../../../src/diagnosis/diagnose.ts'
import { storm } from './storm.ts'

const named = (seed: number, size: { objects: number; causes: number }): { found: string[]; planted: string[] } => {
  const { snapshot, planted } = storm(seed, size)
  const found = diagnose(snapshot).causes.map(({ object, also, state }) => `${[object, ...also].sort().join()}: ${state}`)
  return { found: found.sort(), planted: planted.map(({ labels, state }) => `${[...labels].sort().join()}: ${state}`).sort() }
}

describe('a storm of 2,000 objects', () => {
  test.each([1, 2, 3, 4, 5])('names exactly the three causes that were planted (storm %i)', (seed) => {
    const { found, planted } = named(seed, { objects: 2000, causes: 3 })

    expect(found).toEqual(planted)
  })

  test('names none where none was planted', () => {
    expect(named(6, { objects: 2000, causes: 0 }).found).toEqual([])
  })
})

test('fifty small storms are named exactly', () => {
  for (let seed = 100; seed < 150; seed++) {
    const { found, planted } = named(seed, { objects: 120, causes: seed % 9 })

    expect(found, `storm ${seed}`).toEqual(planted)
  }
})
