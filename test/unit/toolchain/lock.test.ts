import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { takeLock } from '../../../src/sandbox/toolchain/lock.ts'

let folder: string
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'))
  path = join(folder, 'lock')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const never = () => {
  throw new Error('waited')
}

test('a free lock is taken at once and leaves nothing behind when released', async () => {
  const lock = await takeLock(path, never)

  await lock.release()

  expect(await readdir(folder)).toEqual([])
})

test('a second taker waits, says for whom, and gets the lock when it is released', async () => {
  const first = await takeLock(path, never)
  const waitedFor: number[] = []

  const second = takeLock(path, (pid) => {
    waitedFor.push(pid)
    void first.release()
  })
  await (await second).release()

  expect(waitedFor).toEqual([process.pid])
})

test('of three takers at once only one holds the lock at any time', async () => {
  let holders = 0
  let most = 0
  const turn = async () => {
    const lock = await takeLock(path, () => undefined)
    most = Math.max(most, ++holders)
    await new Promise((done) => setImmediate(done))
    holders--
    await lock.release()
  }

  await Promise.all([turn(), turn(), turn()])

  expect(most).toBe(1)
})

test('the lock of a process that is gone is taken over', async () => {
  const child = spawn(process.execPath, ['-e', ''])
  const pid = child.pid ?? 0
  await new Promise((done) => child.on('exit', done))
  await writeFile(path, JSON.stringify({ pid, startTime: '1' }))

  const lock = await takeLock(path, never)

  await lock.release()
})

test('the lock of another process that now has the same pid is taken over', async () => {
  await writeFile(path, JSON.stringify({ pid: process.pid, startTime: '1' }))

  const lock = await takeLock(path, never)

  await lock.release()
})

test('a lock file that cannot be read is nobody’s', async () => {
  await writeFile(path, '{"pid":')

  const lock = await takeLock(path, never)

  await lock.release()
})

test('a wait ends when it is aborted', async () => {
  const first = await takeLock(path, never)
  const abort = new AbortController()

  const second = takeLock(path, () => abort.abort(new Error('enough')), abort.signal)

  await expect(second).rejects.toThrow()
  await first.release()
})
