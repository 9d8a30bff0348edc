import { expect, test } from 'vitest'
import { median, timeProcess } from '../../perf/benchmark.ts'

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
  [[7], 7],
])('the median of %j is %s', (numbers, middle) => {
  expect(median(numbers)).toBe(middle)
})

test('a process that fails is no measurement', async () => {
  await expect(timeProcess([process.execPath, '-e', 'process.exit(3)'], process.env)).rejects.toThrow('ended with 3')
})
