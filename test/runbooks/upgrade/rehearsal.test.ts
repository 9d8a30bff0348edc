// A rehearsal finds what no check can be sure of: the controllers of the target are really started, with the flags that are set here.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../../../src/sandbox/processes.ts'
import { type Fixture, fixture, TO } from '../fixture.ts'
import { rehearsed, untouched } from './rehearsing.ts'
import { applyToPin, FLAG, FLUX_FILE, flagPatch } from './removed-flag.ts'

let sandbox: Fixture

beforeAll(async () => {
  sandbox = await fixture('pin')
  await applyToPin(sandbox, flagPatch)
  const args = ['-n', 'flux-system', 'get', 'deployment', 'notification-controller', '-o', 'yaml']
  await waitUntil('the flag to be set', async () => (await sandbox.run('kubectl', ...args)).includes(FLAG), { withinMs: 240_000 })
})
afterAll(async () => sandbox?.remove())

test('a flag that the target does not know fails in the rehearsal, by its file and line, and nothing is changed or left', async () => {
  const bare = join(sandbox.paths.git, 'home-ops.git')
  const before = await untouched(sandbox.run, bare)

  const { code, report, left } = await rehearsed(sandbox.paths, ['--to', TO])

  expect(code).toBe(3)
  expect(report.rehearsal).toMatchObject({ outcome: 'failed', failure: { code: 'rollout-crashed' } })
  expect(report.rehearsal?.failure?.message).toContain(`unknown flag: ${FLAG}`)
  expect(report.rehearsal?.failure?.where).toEqual([expect.stringMatching(new RegExp(`^${FLUX_FILE}:\\d+$`))])
  expect(await untouched(sandbox.run, bare)).toBe(before)
  expect(left).toEqual([])
}, 900_000)
