// kill -9 at the moments of a bootstrap where most is under way. All of them: npm run test:faults -- test/faults/bootstrap-kill.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KillPoint } from '../../faults/harness/points.ts'
import { ride } from '../../faults/harness/ride.ts'
import { BootstrapDesk } from './desk.ts'

let desk: BootstrapDesk

beforeAll(async () => {
  desk = await BootstrapDesk.open()
})
afterAll(() => desk?.close())

const middle = (step: string, call: number): KillPoint => ({ where: 'middle', step, call })

const POINTS: readonly KillPoint[] = [
  middle('namespace', 1),
  middle('age-key', 1),
  middle('back-up', 2),
  { where: 'before', event: 'step.finished git-secret' },
  middle('files', 2),
  { where: 'before', event: 'step.finished commit' },
  middle('push', 1),
  middle('install', 2),
  { where: 'torn', event: 'step.finished sync' },
]

test('a bootstrap that is killed again and again comes to its end with one key, one backup and one commit', async () => {
  const token = join(desk.work, 'token')
  await writeFile(token, `${desk.password}\n`, { mode: 0o600 })
  const out = await desk.folder()
  const file = await desk.file({
    git: { auth: { token: { file: token, username: 'sandbox' } } },
    sops: { key: { generate: 'x25519' }, backup: { shares: { of: 3, needed: 2 }, out } },
  })

  const { last } = await ride(desk.paths, ['bootstrap', '--file', file, '--yes'], POINTS)

  expect(last.code).toBe(0)
  await desk.tellKeys()
  expect(await desk.log()).toHaveLength(1)
  const ready = await desk.kubectl(
    '-n',
    'flux-system',
    'get',
    'kustomization',
    'flux-system',
    '-o',
    'jsonpath={.status.conditions[0].status}',
  )
  expect(ready).toBe('True')
})
