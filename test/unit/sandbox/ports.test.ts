import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freePort, isKept, keptPort } from '../../../src/sandbox/ports.ts'

test('a port is kept for a sandbox as long as its folder is there', async () => {
  const owner = await mkdtemp(join(tmpdir(), 'flux-ops-ports-test-'))

  const port = await keptPort(owner)

  expect(await isKept(port)).toBe(true)
  await rm(owner, { recursive: true })
  expect(await isKept(port)).toBe(false)
})

test('a port that is kept for nobody is given to whoever asks', async () => {
  const port = await freePort()

  expect(await isKept(port)).toBe(false)
})
