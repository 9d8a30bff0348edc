import { expect, test } from 'vitest'
import type { TestModule } from 'vitest/node'
import { countTests } from '../../../scripts/test/closing-line.ts'

const fakeModule = (states: string[], errors = 0, suiteErrors = 0): TestModule =>
  ({
    errors: () => Array.from({ length: errors }),
    children: {
      allTests: () => states.map((state) => ({ result: () => ({ state }) })),
      allSuites: () => [{ errors: () => Array.from({ length: suiteErrors }) }],
    },
  }) as unknown as TestModule

test('tests count by how they ended, and one that never ended has failed', () => {
  const counts = countTests([fakeModule(['passed', 'failed']), fakeModule(['passed', 'skipped', 'pending'])], 0)

  expect(counts).toEqual({ passed: 2, failed: 2, skipped: 1 })
})

test('a file that does not load, a hook that throws and an error outside of any test are failures', () => {
  const counts = countTests([fakeModule(['passed'], 1, 1)], 1)

  expect(counts).toEqual({ passed: 1, failed: 3, skipped: 0 })
})
