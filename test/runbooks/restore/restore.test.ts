// A cluster is lost and rebuilt from its backup, by the built CLI, with real controllers.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KillPoint } from '../../faults/harness/points.ts'
import { ride } from '../../faults/harness/ride.ts'
import { RestoreDesk } from './desk.ts'
import { fill } from './world.ts'

let desk: RestoreDesk
let before: Record<string, unknown>
let empty: Record<string, unknown>
let file: string

beforeAll(async () => {
  desk = await RestoreDesk.open()
  await desk.boot.reset()
  await fill(desk)
  before = await desk.everything()
  file = await desk.backup()
  await desk.lose()
  empty = await desk.everything()
})
afterAll(() => desk?.close())

test('a dry run shows what would be made and changes nothing', async () => {
  const said = await desk.restore(file, '--dry-run')

  expect(said).toMatchObject({ code: 0 })
  expect(said.stdout).toContain('create Secret flux-system/by-hand')
  expect(await desk.everything()).toEqual(empty)
})

test('a backup that does not open, or is damaged, is refused before anything is made', async () => {
  const other = join(desk.boot.work, 'other.key')
  await writeFile(other, await desk.boot.run('age-keygen'))
  const cut = join(desk.boot.work, 'cut.installation.age')
  await writeFile(cut, (await readFile(file)).subarray(0, -100))

  const locked = await desk.boot.start(['restore', file, '--identity', other, '--yes'])
  const damaged = await desk.restore(cut)

  expect(locked.code).toBe(3)
  expect(locked.stdout).toContain('none of the identities given')
  expect(damaged.code).toBe(3)
  expect(await desk.everything()).toEqual(empty)
})

test('a run that waits for the data is taken back, and nothing of it is left', async () => {
  const said = await desk.restore(file, '--wait-for-data')
  expect(said, said.stdout).toMatchObject({ code: 4 })
  const held = await desk.boot.kubectl('-n', 'flux-system', 'get', 'kustomization', 'flux-system', '-o', 'jsonpath={.spec.suspend}')
  expect(held).toBe('true')

  const back = await desk.boot.start(['runs', 'abandon', '--yes'])

  expect(back, back.stdout).toMatchObject({ code: 0 })
  expect(await desk.everything()).toEqual(empty)
})

const middle = (step: string, call: number): KillPoint => ({ where: 'middle', step, call })

const POINTS: readonly KillPoint[] = [
  middle('secrets', 1),
  middle('crds', 4),
  { where: 'torn', event: 'step.finished system' },
  middle('objects', 3),
  middle('applied', 1),
  { where: 'before', event: 'step.finished controllers' },
  middle('let-go', 1),
]

test('a restore that is killed again and again brings back all that was there, suspended or not as it was', async () => {
  const { last } = await ride(desk.boot.paths, ['restore', file, '--identity', desk.key, '--yes', '--timeout', '120'], POINTS)

  expect(last.code, last.output).toBe(0)
  expect(await desk.everything()).toEqual(before)
})

test('where Flux runs it is refused', async () => {
  const said = await desk.restore(file)

  expect(said.code).toBe(3)
  expect(said.stdout).toContain('Flux runs here')
})
