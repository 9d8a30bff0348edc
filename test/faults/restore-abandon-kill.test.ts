// kill -9 at every moment in which a restore is taken back: begun again, nothing of it is left.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RestoreDesk } from '../runbooks/restore/desk.ts'
import { fill } from '../runbooks/restore/world.ts'
import { fluxOps } from './harness/cli.ts'
import { sweepBack } from './harness/sweep-back.ts'

const HOURS = 3_600_000

let desk: RestoreDesk
let file: string
let empty: Record<string, unknown>

beforeAll(async () => {
  desk = await RestoreDesk.open()
  await desk.boot.reset()
  await fill(desk)
  file = await desk.backup()
})
afterAll(() => desk?.close())

/** A run that waits for its data. */
async function begin(): Promise<string> {
  await desk.lose()
  empty = await desk.everything()
  const { code, output } = await fluxOps(desk.boot.paths, ['restore', file, '--identity', desk.key, '--yes', '--wait-for-data'])
  expect(code, output).toBe(4)
  return /\d{8}-\d{6}-restore-[0-9a-f]{4}/.exec(output)?.[0] ?? 'no run'
}

test('a restore that is killed while it is taken back is taken back all the same', { timeout: 6 * HOURS }, async () => {
  const { end, failures } = await sweepBack({ paths: desk.boot.paths, begin, endOf: () => desk.everything() })

  expect(end).toEqual(empty)
  expect(failures).toEqual([])
})
