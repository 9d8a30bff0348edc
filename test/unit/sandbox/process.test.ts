import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withLock } from '../../../src/sandbox/lock.ts'
import { findMarked, identify, isAlive } from '../../../src/sandbox/process-identity.ts'
import { endProcess, lastLines, launch, waitUntil } from '../../../src/sandbox/processes.ts'

let dir: string
let others: ChildProcess[] = []

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'flux-ops-process-'))
})

afterEach(async () => {
  for (const other of others) other.kill('SIGKILL')
  others = []
  await rm(dir, { recursive: true })
})

const bystander = async (): Promise<number> => {
  const child = spawn('sleep', ['60'])
  others.push(child)
  await once(child, 'spawn')
  return child.pid ?? 0
}

const start = (argv: string[]) =>
  launch({ sandboxId: dir, name: 'part', argv, env: { PATH: process.env.PATH ?? '' }, log: join(dir, 'log'), cwd: dir })

test('a process is found by its mark and ended by its identity', async () => {
  const record = await start(['sleep', '60'])
  const found = findMarked(dir)

  await endProcess(record)

  expect(found).toEqual([{ name: 'part', pid: record.pid, startTime: record.startTime }])
  expect(isAlive(record)).toBe(false)
})

test('a process that ignores SIGTERM is killed after the wait', async () => {
  const record = await start([process.execPath, '-e', "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)"])
  await waitUntil('it says up', async () => lastLines(record.log, 1) === 'up', { withinMs: 5000 })

  await endProcess(record, 300)

  expect(isAlive(record)).toBe(false)
})

test('a process with the same pid and another start time is left alone', async () => {
  const pid = await bystander()

  await endProcess({ pid, startTime: '1' }, 0)

  expect(identify(pid)).toBeDefined()
})

test('a program that is not there is an error with a hint', async () => {
  await expect(start([join(dir, 'nothing')])).rejects.toMatchObject({ code: 'sandbox-start', hints: [`look at ${join(dir, 'log')}`] })
})

test('waiting for a process that ended stops at once and shows its last words', async () => {
  await writeFile(join(dir, 'log'), 'bind: address already in use\n')
  const options = { withinMs: 60_000, alive: () => false, log: join(dir, 'log') }

  const wait = waitUntil('etcd is not ready', async () => false, options)

  await expect(wait).rejects.toThrow('etcd is not ready: it ended\nbind: address already in use')
})

test('a lock lets one work at a time', async () => {
  const path = join(dir, 'lock')
  const order: string[] = []
  const work = (name: string) =>
    withLock(path, 5000, async () => {
      order.push(`${name} in`)
      await new Promise((resolve) => setTimeout(resolve, 20))
      order.push(`${name} out`)
    })

  await Promise.all([work('a'), work('b'), work('c')])

  expect(order).toHaveLength(6)
  for (const at of [0, 2, 4]) expect(order[at + 1]).toBe(order[at]?.replace('in', 'out'))
  expect(await readdir(dir)).toEqual([])
})

test('the lock of a process that is gone is taken over, and that of a living one is refused', async () => {
  const path = join(dir, 'lock')
  await writeFile(path, JSON.stringify({ pid: 1, startTime: 'never', token: 'x' }))
  expect(await withLock(path, 0, async () => 'taken over')).toBe('taken over')
  await writeFile(path, JSON.stringify({ ...identify(await bystander()), token: 'y' }))

  const attempt = withLock(path, 100, async () => 'taken over')

  await expect(attempt).rejects.toMatchObject({ code: 'sandbox-locked', exit: 'refused' })
})
