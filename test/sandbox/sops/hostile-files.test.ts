// Damaged files: each is told for what it is, and none is taken for whole that the real sops does not open.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OpsError } from '../../../src/errors.ts'
import type { Identity } from '../../../src/sops/keys/identities.ts'
import { keyringOf } from '../../../src/sops/sealed/keyring.ts'
import { openSealed } from '../../../src/sops/sealed/open.ts'
import { readSealed } from '../../../src/sops/sealed/read.ts'
import { hostile } from './hostile.ts'
import { type RealSops, realSops } from './real-sops.ts'

let sops: RealSops
let ours: Identity

beforeAll(async () => {
  sops = await realSops()
  ours = await sops.keygen()
})
afterAll(() => sops.end())

async function verdictOn(name: string, text: string): Promise<{ says: string; message: string }> {
  try {
    const file = readSealed(name, text)
    if (file === undefined) return { says: 'not sealed', message: '' }
    return { says: (await openSealed(file, await keyringOf([ours]))).mac, message: '' }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return { says: error.code, message: [error.message, ...error.hints].join('\n') }
  }
}

test('there are at least 60 of them', () => {
  expect(hostile.length).toBeGreaterThanOrEqual(60)
})

test.each(hostile)('$title', async ({ name, clear, args, damage, says, sopsOpens = false }) => {
  const sealed = await sops.encrypt(name, clear, [ours], args)
  const damaged = damage(sealed)

  const verdict = await verdictOn(name, damaged)

  expect(damaged).not.toBe(sealed)
  expect(verdict.says).toBe(says)
  expect((await sops.decrypt(name, damaged, [ours])).exitCode === 0).toBe(sopsOpens)
  expect(verdict.message).not.toContain('canary')
})
