// A rotation of a deploy key that meets servers which say no, other people, and an API server that goes away: it ends, or is taken back, and Flux has what the
// server takes.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LiveEvent, RunEvent } from '../../src/engine/events.ts'
import { readState, restartApiServer, standardSandbox } from '../../src/sandbox/index.ts'
import { CredentialsDesk } from '../runbooks/credentials/desk.ts'
import { type Entries, strangeKey } from '../runbooks/credentials/server.ts'
import { watched } from '../runbooks/credentials/watcher.ts'
import type { Driven } from '../runbooks/desk.ts'
import type { Strike } from '../runbooks/upgrade/faults/desk.ts'
import { type Spoken, struck } from './harness/cli.ts'

let desk: CredentialsDesk
let before: Entries

beforeAll(async () => {
  desk = await CredentialsDesk.open('ssh')
})
afterAll(() => desk?.close())
beforeEach(async () => {
  await desk.fresh()
  before = await desk.secret()
})

const stepStarts = (id: string) => (event: RunEvent | LiveEvent) => event.type === 'step.started' && event.id === id

/** Up to the wait for the old one to be removed. */
async function exchanged(): Promise<Driven> {
  const { runId } = await desk.rotate()
  await desk.person()
  const waiting = await desk.resume(runId)
  expect(waiting.outcome).toBe('waiting')
  expect((await desk.secret()).identity).not.toBe(before.identity)
  return waiting
}

describe('the watcher', () => {
  test('sees a fetch that fails when the key is exchanged before the server knows it', async () => {
    const { failures } = await watched(desk, async () => {
      await desk.setSecret({ ...before, identity: strangeKey() })
      await desk.kubectl('-n', 'flux-system', 'wait', 'gitrepository/flux-system', '--for=condition=Ready=false', '--timeout=60s')
      await desk.setSecret(before)
    })

    expect(failures.join('\n')).toMatch(/unable to authenticate/)
  })

  test('sees none when a rotation is taken back', async () => {
    const { failures } = await watched(desk, async () => {
      const { runId } = await exchanged()
      const back = await desk.abandon(runId)
      expect(back.error?.message).toBeUndefined()
    })

    expect(failures).toEqual([])
  })
})

describe('the way back', () => {
  test('puts the old key into the Secret again, as it was, and leaves nothing else', async () => {
    const { runId } = await exchanged()

    const back = await desk.abandon(runId)

    expect(back.outcome).toBe('abandoned')
    expect(await desk.secret()).toEqual(before)
    expect(await desk.kept()).toEqual([])
    expect(await desk.isLetIn()).toBe(true)
  })

  test('is refused once the server refuses the old key, and the run goes on', async () => {
    const { runId } = await exchanged()
    await desk.person()

    await expect(desk.abandon(runId)).rejects.toMatchObject({ code: 'old-refused', exit: 'refused' })

    expect(await desk.isLetIn()).toBe(true)
    expect(await desk.resume(runId)).toMatchObject({ outcome: 'done' })
  })

  test('is there before the key is registered, too', async () => {
    const { runId } = await desk.rotate()

    const back = await desk.abandon(runId)

    expect(back.outcome).toBe('abandoned')
    expect(await desk.secret()).toEqual(before)
    expect(await desk.kept()).toEqual([])
  })
})

describe('a server that says no', () => {
  test('to a key that nobody has registered lets the run wait, and changes nothing in what Flux has', async () => {
    const waiting = await desk.rotate()

    expect(waiting).toMatchObject({ outcome: 'waiting', exit: 'waiting' })
    expect(await desk.secret()).toEqual(before)
    const told = waiting.events.flatMap((event) => (event.type === 'step.waiting' ? event.instructions : [])).join('\n')
    expect(told).toContain('ssh-ed25519 ')
    expect(told).toMatch(/SHA256:\S{43}/)
    expect(await desk.resume(waiting.runId)).toMatchObject({ outcome: 'waiting' })
  })

  test('to a key that it took before stops the run at the proof, and the old one is put back', async () => {
    const { runId } = await desk.rotate()
    await desk.person()
    let gone: Promise<void> | undefined
    const failed = await desk.resume(runId, {
      onEvent: (event) => {
        if (stepStarts('swap')(event)) gone = desk.server.reset()
      },
    })
    await gone

    expect(failed.error?.code).toBe('fetch-failed')
    const back = await desk.abandon(runId)
    expect(back.outcome).toBe('abandoned')
    expect(await desk.secret()).toEqual(before)
    expect(await desk.isLetIn()).toBe(true)
  })
})

describe('other people', () => {
  test('who change the Secret meanwhile find it as they left it', async () => {
    const { runId } = await desk.rotate()
    await desk.person()
    const theirs = { ...before, identity: strangeKey() }
    await desk.setSecret(theirs)

    const stopped = await desk.resume(runId)

    expect(stopped.error?.code).toBe('secret-moved')
    expect(await desk.secret()).toEqual(theirs)
  })

  test('who rotate the same Secret are told of the run that is there', async () => {
    const { runId } = await desk.rotate()

    const second = await desk.rotate()

    expect(second.exit).toBe('checks')
    const check = second.events.find((event) => event.type === 'check.finished' && event.id === 'no-other-rotation')
    expect(JSON.stringify(check)).toContain(runId)
  })

  test('who put back a key that kubectl apply remembers do not find the old one in its annotation', async () => {
    const manifest = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'flux-system', namespace: 'flux-system' }, stringData: before }
    await desk.tool('kubectl', ['apply', '-f', '-'], JSON.stringify(manifest))
    const annotations = (): Promise<string> => desk.kubectl('-n', 'flux-system', 'get', 'secret', 'flux-system', '-o', 'json')
    expect(await annotations()).toContain('last-applied-configuration')

    const done = await desk.whole()

    expect(done.outcome).toBe('done')
    expect(await annotations()).not.toContain('last-applied-configuration')
  })
})

describe('an API server that goes away', () => {
  let restarted: Promise<void> | undefined
  afterEach(() => restarted)

  test.each(['new-credential', 'swap', 'prove'])('at %s is waited for', async (step) => {
    const { dir } = desk.sandbox.paths
    const { name, root } = desk.sandbox.ref
    const state = await readState(dir)
    expect(state).toBeDefined()
    const onEvent = (event: RunEvent | LiveEvent): void => {
      if (stepStarts(step)(event)) restarted ??= restartApiServer(standardSandbox(name, root)).then(() => undefined)
    }
    let driven = await desk.rotate({}, { onEvent })
    await restarted
    for (let pause = 0; driven.outcome !== 'done' && pause < 5; pause++) {
      if (driven.outcome === 'waiting') await desk.person()
      driven = await desk.resume(driven.runId, { onEvent })
      await restarted
    }

    expect(driven.error?.message).toBeUndefined()
    expect(driven.outcome).toBe('done')
    expect(await desk.isLetIn()).toBe(true)
    restarted = undefined
  })
})

describe('a disk without room', () => {
  const isWhole = async (): Promise<void> => {
    expect(await desk.isLetIn()).toBe(true)
    expect(await desk.kept()).toEqual([])
  }

  /** Taken up until it neither waits for a person nor goes on. */
  async function whole(args: readonly string[], strikes: readonly Strike[] = []): Promise<Pick<Spoken, 'code' | 'output'>> {
    let said = await struck(desk.sandbox, args, strikes)
    for (let pause = 0; said.code === 4 && pause < 4; pause++) {
      await desk.person()
      said = await struck(desk.sandbox, ['runs', 'resume', '--yes'], strikes)
    }
    return said
  }

  test.each(['new-credential', 'swap', 'clean-up'])('in step %s stops the run before it does anything, and lets Flux fetch', async (at) => {
    const stopped = await whole(desk.flags(), [{ at, do: 'no-room' }])

    expect(stopped.code, stopped.output).toBe(1)
    expect(stopped.output).toContain("the run's journal could not be written")
    expect(await desk.isLetIn()).toBe(true)
    const done = await whole(['runs', 'resume', '--yes'])
    expect(done.code, done.output).toBe(0)
    expect((await desk.secret()).identity).not.toBe(before.identity)
    await isWhole()
  })
})

test('with --keep-old the run ends while the server still takes the old key', async () => {
  const { runId } = await desk.rotate({ keepOld: true })
  await desk.person()

  const done = await desk.resume(runId)

  expect(done.outcome).toBe('done')
  expect(await desk.server.takes(before)).toBe(true)
  expect(await desk.isLetIn()).toBe(true)
  expect(await desk.kept()).toEqual([])
})
