// A backup and a restore that meet servers that go away, disks without room, tokens that are refused and other clusters: they end well, or stop with a clear word and are taken up.
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CliResult } from '../cli/flux-ops.ts'
import { mayMount, onDisk } from '../runbooks/age-rotate/desk.ts'
import { RestoreDesk } from '../runbooks/restore/desk.ts'
import { fill } from '../runbooks/restore/world.ts'
import type { Strike } from '../runbooks/upgrade/faults/desk.ts'
import { shell, textOf } from './harness/struck-bootstrap.ts'

let desk: RestoreDesk
let before: Record<string, unknown>
let file: string

beforeAll(async () => {
  desk = await RestoreDesk.open()
  await desk.boot.reset()
  await fill(desk)
  before = await desk.everything()
  file = await desk.backup()
})
afterAll(() => desk?.close())

const runOf = (said: CliResult): string => /\d{8}-\d{6}-restore-[0-9a-f]{4}/.exec(textOf(said))?.[0] ?? 'no run'

const begin = (strikes: readonly Strike[], seconds = 60): Promise<CliResult> =>
  desk.boot.struck(strikes, ['restore', file, '--identity', desk.key, '--yes', '--timeout', String(seconds)])

const resume = (said: CliResult, strikes: readonly Strike[] = []): Promise<CliResult> =>
  desk.boot.struck(strikes, ['runs', 'resume', runOf(said), '--yes'])

const CLAIM = `apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: of-velero, namespace: flux-system }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`

async function expectDone(said: CliResult, more: Record<string, unknown> = {}): Promise<void> {
  expect(said, textOf(said)).toMatchObject({ code: 0 })
  expect(await desk.everything()).toEqual({ ...before, ...more })
}

describe('a restore', () => {
  beforeEach(() => desk.lose())

  test.each(['crds', 'objects', 'let-go', 'layers'])('outlives an API server that is started anew in step %s', async (at) => {
    const said = await begin([{ at, do: 'restart-api' }])

    await expectDone(said.code === 0 ? said : await resume(said))
  })

  test('names the source that is not let in, and goes on once it is', async () => {
    const faults = `echo '${JSON.stringify({ gitPassword: 'another-password-0123456789' })}' > ${desk.boot.paths.faults}`

    const said = await begin([shell('let-go', faults)], 15)

    expect(said.code).toBe(1)
    expect(textOf(said)).toMatch(/GitRepository flux-system\/flux-system: .*authenticat/i)
    await desk.boot.faults({})
    await expectDone(await resume(said))
  })

  test.each(['secrets', 'let-go'])('does nothing of step %s that it could not write down, and goes on once there is room', async (at) => {
    const said = await begin([{ at, do: 'no-room' }])

    expect(said.code).toBe(1)
    expect(said.stderr).toContain("the run's journal could not be written")
    if (at === 'secrets') expect(await desk.boot.kubectl('-n', 'flux-system', 'get', 'secrets', '-o', 'name')).toBe('')
    await expectDone(await resume(said))
  })

  test('stops at an object that somebody else has made since the plan, and goes on once it is gone', async () => {
    const stranger = 'kubectl -n flux-system create secret generic by-hand --from-literal=LEVEL=of-a-stranger'

    const said = await begin([shell('secrets', stranger)])

    expect(said.code).toBe(1)
    expect(textOf(said)).toContain('Secret flux-system/by-hand has come into the cluster since the plan was made')
    const level = ['-n', 'flux-system', 'get', 'secret', 'by-hand', '-o', 'jsonpath={.data.LEVEL}']
    expect(atob(await desk.boot.kubectl(...level))).toBe('of-a-stranger')
    await desk.boot.kubectl('-n', 'flux-system', 'delete', 'secret', 'by-hand')
    await expectDone(await resume(said))
  })

  test('that is taken back leaves data that was put back meanwhile, and says where', async () => {
    const empty = Object.keys(await desk.everything())
    const waits = await desk.restore(file, '--wait-for-data')
    expect(waits, textOf(waits)).toMatchObject({ code: 4 })
    await desk.apply(CLAIM)

    const back = await desk.boot.start(['runs', 'abandon', '--yes'])

    expect(back, textOf(back)).toMatchObject({ code: 0 })
    expect(textOf(back)).toContain('Namespace flux-system stays: it holds PersistentVolumeClaim flux-system/of-velero')
    const left = Object.keys(await desk.everything()).filter((one) => !empty.includes(one))
    expect(left.sort()).toEqual([
      'Namespace /flux-system',
      'PersistentVolumeClaim flux-system/of-velero',
      'ServiceAccount flux-system/default',
    ])
    await expectDone(await begin([]), { 'PersistentVolumeClaim flux-system/of-velero': expect.anything() })
  })

  test('leaves another cluster alone that answers behind the same context by now', async () => {
    const stopped = await begin([{ at: 'secrets', do: 'no-room' }])

    const said = await resume(stopped, [{ at: '', do: 'other-cluster' }])

    expect(said.code).toBe(6)
    expect(await desk.boot.kubectl('-n', 'flux-system', 'get', 'secrets', '-o', 'name')).toBe('')
    await expectDone(await resume(stopped))
  })
})

test.skipIf(!mayMount())('a backup that finds no room leaves nothing behind', async () => {
  const out = join(desk.boot.work, 'small')
  await mkdir(out)

  const args = ['backup', '--to', desk.recipient, '--out', out]
  const said = await desk.boot.struck([], args, {}, ['unshare', ...onDisk(out, 'size=8k')])

  expect(said.code).toBe(1)
  expect(textOf(said)).toMatch(/no room/i)
  expect(await readdir(out)).toEqual([])
})
