// Resuming on a real API server with real controllers: the order, the proof of each layer, and the way back.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { World } from '../../src/adapters/context.ts'
import type { Kube } from '../../src/ports/kube.ts'
import type { Driven } from '../runbooks/desk.ts'
import { SuspensionDesk } from '../runbooks/suspension/desk.ts'

let desk: SuspensionDesk

beforeAll(async () => {
  desk = await SuspensionDesk.open('2.7.3')
})
afterAll(() => desk?.close())
beforeEach(() => desk.free('src', 'a', 'b', 'c'))

const NOTES = {
  'flux-ops.dev/suspended-by': 'bob',
  'flux-ops.dev/suspended-reason': 'restore',
  'flux-ops.dev/suspended-at': '2026-11-20T00:00:00Z',
}
const RESUMED = 'flux-ops.dev/resumed-run'
const ALL = ['src', 'a', 'b', 'c']

const still = (...names: string[]): Promise<unknown> => Promise.all(names.map((name) => desk.set(name, NOTES)))
const input = (names: readonly string[], more: object = {}) => ({
  objects: names.map((name) => desk.name(name)),
  timeoutSeconds: 20,
  ...more,
})
const stepsOf = ({ state }: Driven): string[] => state.steps.map(({ id, status }) => `${id} ${status}`)

/** Runs `work` before the first patch of this object. */
const firstly =
  (name: string, work: () => Promise<unknown>) =>
  (world: World): World => {
    let isFirst = true
    const patch: Kube['patch'] = async (resource, of, ...rest) => {
      if (isFirst && of.name === name) {
        isFirst = false
        await work()
      }
      return world.kube.patch(resource, of, ...rest)
    }
    return { ...world, kube: Object.assign(Object.create(world.kube), { ...world.kube, patch }) }
  }

describe('resume', () => {
  test('goes in the order of what needs what, and each layer is Ready before the next', async () => {
    await still(...ALL)

    const done = await desk.drive({ runbook: 'resume', input: { namespaces: [desk.place.namespace] } })

    expect(done.outcome).toBe('done')
    expect(done.state.facts).toMatchObject({
      'resume-1': { resumed: [`GitRepository ${desk.place.namespace}/src`] },
      'resume-2': { resumed: [`Kustomization ${desk.place.namespace}/a`] },
      'resume-3': { resumed: [`Kustomization ${desk.place.namespace}/b`] },
      'resume-4': { resumed: [`Kustomization ${desk.place.namespace}/c`] },
    })
    for (const look of Object.values(await desk.looks(...ALL))) expect(look).toEqual({ suspend: false, notes: { [RESUMED]: done.runId } })
    expect((await desk.object('c')).status?.lastHandledReconcileAt).toBe(done.runId)
  })

  test('resumes only what is chosen', async () => {
    await still('a', 'c')

    await desk.drive({ runbook: 'resume', input: input(['a']) })

    expect(await desk.looks('a', 'c')).toMatchObject({ a: { suspend: false }, c: { suspend: true, notes: NOTES } })
  })

  test('chooses what is past its end, and what one person has suspended', async () => {
    await desk.set('a', { ...NOTES, 'flux-ops.dev/suspended-until': '2026-11-21T00:00:00Z' })
    await desk.set('b', { ...NOTES, 'flux-ops.dev/suspended-by': 'eve' })
    await still('c')

    const expired = await desk.flux('resume', '--expired', '--yes')
    const before = await desk.looks('a', 'b', 'c')
    const owned = await desk.flux('resume', '--owner', 'eve', '--yes')

    expect([expired.code, owned.code]).toEqual([0, 0])
    expect(before).toMatchObject({ a: { suspend: false }, b: { suspend: true }, c: { suspend: true } })
    expect(await desk.looks('b', 'c')).toMatchObject({ b: { suspend: false }, c: { suspend: true } })
  })

  test('shows who suspended it and why before it is asked', async () => {
    await still('c')

    const { text } = await desk.flux('resume', desk.name('c'), '--dry-run')

    expect(text).toMatch(/suspended-by-you[\s\S]*by bob: restore/)
    expect(text).toMatch(/plan +resume 1 object in 1 layer/)
    expect((await desk.look('c')).suspend).toBe(true)
  })

  test('is not done without a yes, where nobody can be asked', async () => {
    await still('c')

    const { code } = await desk.flux('resume', desk.name('c'))

    expect(code).toBe(2)
    expect(await desk.look('c')).toEqual({ suspend: true, notes: NOTES })
  })

  test('leaves what a run holds, and names that run', async () => {
    await desk.set('c', { 'flux-ops.dev/held-by': '20261122-000000-rollback-1a2b' })

    const { code, text } = await desk.flux('resume', desk.name('c'), '--yes')

    expect(code).toBe(3)
    expect(text).toContain('flux-ops runs resume 20261122-000000-rollback-1a2b')
    expect((await desk.look('c')).suspend).toBe(true)
  })

  test('has nothing to do where nothing is suspended', async () => {
    expect(await desk.flux('resume', desk.name('c'))).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('not suspended: nothing to do'),
    })
  })
})

describe('a layer that is not Ready', () => {
  test('stops the run, which goes on once it is, or is taken back with annotations as before', async () => {
    await still(...ALL)
    await desk.breaks('b')
    try {
      const stopped = await desk.drive({ runbook: 'resume', input: input(ALL) })

      expect(stopped).toMatchObject({ outcome: 'failed', error: { code: 'not-ready-again', message: expect.stringContaining('/b: ') } })
      expect(stepsOf(stopped).slice(-2)).toEqual(['resume-3 done', 'prove-3 failed'])
      expect(await desk.looks('b', 'c')).toMatchObject({ b: { suspend: false }, c: { suspend: true, notes: NOTES } })

      const back = await desk.drive({ runbook: 'resume', abandon: stopped.runId })

      expect(back.outcome).toBe('abandoned')
      for (const look of Object.values(await desk.looks(...ALL))) expect(look).toEqual({ suspend: true, notes: NOTES })
    } finally {
      await desk.breaks('b', false)
    }
  })

  test('is proven when the run is taken up again', async () => {
    await still('b', 'c')
    await desk.breaks('b')
    const stopped = await desk.drive({ runbook: 'resume', input: input(['b', 'c']) }).finally(() => desk.breaks('b', false))

    const done = await desk.drive({ runbook: 'resume', resume: stopped.runId })

    expect([stopped.outcome, done.outcome]).toEqual(['failed', 'done'])
    expect(await desk.looks('b', 'c')).toMatchObject({ b: { suspend: false }, c: { suspend: false } })
  })
})

describe('what happens meanwhile', () => {
  test('somebody suspends it again for another reason: that stays', async () => {
    await still('b', 'c')
    const eve = { ...NOTES, 'flux-ops.dev/suspended-by': 'eve', 'flux-ops.dev/suspended-at': '2026-11-22T00:00:00Z' }

    const done = await desk.drive({ runbook: 'resume', input: input(['b', 'c']), decorate: firstly('c', () => desk.set('c', eve)) })

    expect(done).toMatchObject({
      outcome: 'failed',
      exit: 'partial',
      error: { code: 'changed-since-plan', message: expect.stringContaining('by eve') },
    })
    expect(await desk.look('c')).toEqual({ suspend: true, notes: eve })
  })

  test('somebody suspends again what this run has resumed: taken up, it leaves that alone, and taken back as well', async () => {
    await still('b', 'c')
    await desk.breaks('c')
    const stopped = await desk.drive({ runbook: 'resume', input: input(['b', 'c']) }).finally(() => desk.breaks('c', false))
    await desk.kubectl('patch', 'ks/c', '--type=merge', '--field-manager=flux', '-p', '{"spec":{"suspend":true}}')

    const again = await desk.drive({ runbook: 'resume', resume: stopped.runId })
    const back = await desk.drive({ runbook: 'resume', abandon: stopped.runId })

    expect(again).toMatchObject({ outcome: 'failed', error: { message: expect.stringContaining('suspended again, by flux') } })
    expect(back.outcome).toBe('abandoned')
    expect(await desk.looks('b', 'c')).toMatchObject({ b: { suspend: true, notes: NOTES }, c: { suspend: true } })
  })

  test('it is deleted: the run goes on without it', async () => {
    await still('b', 'c')

    const done = await desk.drive({
      runbook: 'resume',
      input: input(['b', 'c']),
      decorate: firstly('c', () => desk.kubectl('delete', 'ks/c')),
    })

    expect(done.outcome).toBe('done')
    await desk.restoreChain()
  })
})

describe('once', () => {
  const once = (names: readonly string[]): Promise<Driven> => desk.drive({ runbook: 'resume', input: input(names, { once: true }) })

  test('takes what is in git, and stands still again as before', async () => {
    await still('a', 'b')

    const done = await once(['a', 'b'])

    expect(done.outcome).toBe('done')
    expect(await desk.looks('a', 'b')).toEqual({ a: { suspend: true, notes: NOTES }, b: { suspend: true, notes: NOTES } })
    expect((await desk.object('b')).status?.lastHandledReconcileAt).toMatch(new RegExp(`^${done.runId}/`))
  })

  test('stands still again also when it does not become Ready, and is tried once more when the run is taken up', async () => {
    await still('b')
    await desk.breaks('b')

    const failed = await once(['b']).finally(() => desk.breaks('b', false))
    const between = await desk.look('b')
    const done = await desk.drive({ runbook: 'resume', resume: failed.runId })

    expect(failed).toMatchObject({ outcome: 'failed', error: { code: 'not-ready-again' } })
    expect(between).toEqual({ suspend: true, notes: NOTES })
    expect(done.outcome).toBe('done')
    expect(await desk.look('b')).toEqual({ suspend: true, notes: NOTES })
  })

  test('keeps who had suspended it where only the API server knew', async () => {
    await desk.set('c', {}, 'flux')
    const { suspended: before } = await desk.diagnosis()

    await once(['c'])

    expect((await desk.diagnosis()).suspended).toMatchObject([{ by: 'flux', since: before[0]?.since, reason: null }])
  })

  test('is refused for what nothing reconciles', async () => {
    const spec = { type: 'generic', address: 'http://127.0.0.1:1', suspend: true }
    await desk.recover.apply([
      {
        apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
        kind: 'Provider',
        metadata: { name: 'p', namespace: desk.place.namespace },
        spec,
      },
    ])

    const { code, text } = await desk.flux('resume', '--once', `Provider/${desk.place.namespace}/p`, '--yes')
    await desk.kubectl('delete', 'provider', 'p')

    expect(code).toBe(3)
    expect(text).toContain('can-be-asked')
  })
})

test('what the parser reads wrongly is refused with one clear sentence', async () => {
  for (const [args, sentence] of [
    [['resume'], 'no object is named'],
    [['resume', 'plex'], 'it has no kind'],
    [['resume', 'ks/c', '--kind', 'ks'], 'chosen by flags as well'],
    [['resume', '-l', 'a b'], 'no part of a label selector'],
    [['resume', '--kind', 'pod'], 'is not a kind of'],
    [['resume', '--once', 'ks/c', '--timeout', '1'], 'timeout'],
  ] as const) {
    const said = await desk.flux(...args)

    expect(said.code).toBe(2)
    expect(said.stderr).toContain(sentence)
  }
})
