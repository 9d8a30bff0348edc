import { expect, test } from 'vitest'
import { memoryOf, parseMemory } from '../../../src/sandbox/node-agent/process-memory.ts'

test('the memory of a process is told in bytes, its own apart from what it maps', () => {
  const status = 'Name:\tx\nVmRSS:\t    2048 kB\nRssAnon:\t     512 kB\nRssFile:\t    1536 kB\n'

  expect(parseMemory(status)).toEqual({ resident: 2_097_152, anonymous: 524_288 })
})

test('the memory of a process that is gone is none', async () => {
  expect(await memoryOf(0)).toEqual({ resident: 0, anonymous: 0 })
})

test('a process that runs uses some', async () => {
  const { resident, anonymous } = await memoryOf(process.pid)

  expect(anonymous).toBeGreaterThan(1_000_000)
  expect(resident).toBeGreaterThan(anonymous)
})
