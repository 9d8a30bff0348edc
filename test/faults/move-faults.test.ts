// A move to the Flux Operator that meets an API server that goes away, a disk without room, a push that is refused, a registry that is down and another
// cluster: it ends as if nothing had been, or stops with a clear word and is taken up. Nothing is deleted, and each controller is replaced once.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readState, withSandbox } from '../../src/sandbox/index.ts'
import { startRegistry } from '../../src/sandbox/services/registry/service.ts'
import { MoveDesk } from '../runbooks/migrate-operator/desk.ts'
import type { Strike } from '../runbooks/upgrade/faults/desk.ts'
import { manifestsDir } from '../sandbox/scratch.ts'
import { type Spoken, struck } from './harness/cli.ts'

type Said = Pick<Spoken, 'code' | 'output'>

let desk: MoveDesk
let uids: Record<string, string>
let revisions: Record<string, number>
let head: string

beforeAll(async () => {
  desk = await MoveDesk.open('bootstrap')
})
afterAll(() => desk?.close())
beforeEach(async () => {
  await desk.fresh()
  uids = await desk.uids()
  revisions = await desk.revisions()
  head = await desk.commitOnRemote()
})

const begin = (strikes: readonly Strike[] = []): Promise<Said> => struck(desk.sandbox, desk.args, strikes)

const runOf = ({ output }: Said): string => /\d{8}-\d{6}-migrate-operator-[0-9a-f]{4}/.exec(output)?.[0] ?? 'no run'

const resume = (said: Said, strikes: readonly Strike[] = []): Promise<Said> =>
  struck(desk.sandbox, ['runs', 'resume', runOf(said), '--yes'], strikes)

async function lost(): Promise<string[]> {
  const now = await desk.uids()
  return Object.keys(uids).filter((label) => now[label] !== uids[label])
}

async function expectDone(said: Said): Promise<void> {
  expect(said, said.output).toMatchObject({ code: 0 })
  expect(await lost()).toEqual([])
  const now = await desk.revisions()
  expect(Object.keys(revisions).map((name) => `${name} ${(now[name] ?? Number.NaN) - (revisions[name] ?? Number.NaN)}`)).toEqual(
    Object.keys(revisions).map((name) => `${name} 1`),
  )
  expect(await desk.ownedTwice()).toEqual([])
  expect(await desk.notReady()).toEqual([])
  expect(await desk.sandbox.git('log', '--format=%P', '-1', await fetched())).toBe(`${head}\n`)
}

/** Of the remote, known to the clone. */
async function fetched(): Promise<string> {
  await desk.sandbox.git('fetch', '--quiet', 'origin')
  return desk.commitOnRemote()
}

/** Git is as it was, and so is all of Flux. */
async function expectNotPushed(): Promise<void> {
  expect(await desk.commitOnRemote()).toBe(head)
  expect(await lost()).toEqual([])
}

test.each(['install-operator', 'takeover', 'push', 'sync', 'verify'])('outlives an API server that goes away in step %s', async (at) => {
  const said = await begin([{ at, do: 'restart-api' }])

  await expectDone(said.code === 0 ? said : await resume(said))
})

test.each(['install-operator', 'takeover', 'commit', 'push'])(
  'does nothing of step %s that it could not write down, and goes on once there is room',
  async (at) => {
    const said = await begin([{ at, do: 'no-room' }])

    expect(said.code).toBe(1)
    expect(said.output).toContain("the run's journal could not be written")
    await expectNotPushed()
    await expectDone(await resume(said))
  },
)

test.each(['reject', 'protected', 'cut'] as const)(
  'stops at a push that is met with %s, and goes on once it is let through',
  async (push) => {
    await desk.sandbox.faults({ push })

    const said = await begin()

    expect(said.code).toBe(1)
    await expectNotPushed()
    await desk.sandbox.faults({})
    await expectDone(await resume(said))
  },
)

describe('a registry that is down', () => {
  const stop = async (): Promise<void> => {
    const { pid } = (await readState(desk.sandbox.paths.dir))?.processes.registry ?? {}
    if (pid === undefined) throw new Error('no registry')
    process.kill(pid, 'SIGKILL')
  }
  const start = (): Promise<unknown> => withSandbox({ ...desk.sandbox.ref, manifestsDir }, startRegistry)

  test('before the move is told, and nothing is changed', async () => {
    await stop()

    const said = await begin()

    expect(said.code).not.toBe(0)
    expect(said.output).toMatch(/flux-operator.*(refused|reach)/s)
    expect(await desk.byOperator()).toEqual([])
    await expectNotPushed()
    await start()
    await expectDone(await begin())
  })

  test('in the middle of it is named with the source that needs it, and the run goes on once it is there', async () => {
    const { pid } = (await readState(desk.sandbox.paths.dir))?.processes.registry ?? {}

    const said = await begin([{ at: 'install-operator', do: 'shell', command: `kill -9 ${pid}` }])

    expect(said.code).toBe(1)
    expect(said.output).toMatch(/refused|reach/)
    await expectNotPushed()
    await start()
    await expectDone(await resume(said))
  })
})

test('another cluster that answers behind the same context by now is left alone', async () => {
  const stopped = await begin([{ at: 'takeover', do: 'no-room' }])

  const said = await resume(stopped, [{ at: '', do: 'other-cluster' }])

  expect(said.code).toBe(6)
  await expectNotPushed()
  await expectDone(await resume(stopped))
})
