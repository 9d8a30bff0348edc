import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Step } from '../../../src/engine/model.ts'
import { abandon, resume, runRunbook } from '../../../src/engine/run.ts'
import { OpsError, refusal } from '../../../src/errors.ts'
import { contextOf, type Fixture, fixture, memoryStore, newWorld, type Plan, RUN, runbookOf, type World, writeStep } from './fakes.ts'

const threeSteps = (world: World) => [
  writeStep(world, 'a'),
  writeStep(world, 'b'),
  { kind: 'read', id: 'wait', title: 'waits', why: '', run: async () => ({ seen: true }) } as const,
  writeStep(world, 'c'),
]

/** Runs until the journal lets no further line through, as if the process were killed there. */
const killedAt = async (world: World, lives: number): Promise<Fixture> => {
  const made = fixture(runbookOf(threeSteps(world)), {}, memoryStore(lives))
  await Promise.race([runRunbook(made.options), made.store.next()])
  made.store.lives = Number.POSITIVE_INFINITY
  return made
}

const failingStep = {
  kind: 'read',
  id: 'z',
  title: 'fails',
  why: '',
  run: () => Promise.reject(new OpsError({ code: 'no', message: 'no' })),
} as const

const failedRun = async (world: World, steps: readonly Step<Plan>[] = [writeStep(world, 'a'), writeStep(world, 'b')]): Promise<Fixture> => {
  const made = fixture(runbookOf([...steps, failingStep]))
  await runRunbook(made.options)
  world.effects.length = 0
  return made
}

describe('resume', () => {
  test.each(Array.from({ length: 12 }, (_, index) => index + 1))(
    'after a kill at journal line %i ends as the run that was not killed, with every effect once',
    async (lives) => {
      const world = newWorld()
      const { options } = await killedAt(world, lives)

      const result = await resume(options)

      expect(result).toMatchObject({ outcome: 'done', exit: 'done' })
      expect(world.effects).toEqual(['a', 'b', 'c'])
      expect(result.state.steps.map(({ id, status }) => `${id} ${status}`)).toEqual(['a done', 'b done', 'wait done', 'c done'])
    },
  )

  test('survives any row of kills, of itself too, with every effect once', async () => {
    const kills = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 6 })

    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), kills, async (first, more) => {
        const world = newWorld()
        const { options, store } = await killedAt(world, first)
        for (const lives of more) {
          store.lives = lives
          await Promise.race([resume(options), store.next()])
        }
        store.lives = Number.POSITIVE_INFINITY
        const result = await resume(options)
        expect(result.outcome).toBe('done')
        expect(world.effects).toEqual(['a', 'b', 'c'])
      }),
    )
  })

  test('runs a step again whose effect does not hold after a kill in mid-step', async () => {
    const world = newWorld()
    const { options } = await killedAt(world, 5)
    world.done.clear()
    world.effects.length = 0

    await resume(options)

    expect(world.effects).toEqual(['a', 'b', 'c'])
  })

  test('refuses a run that died before its first line', async () => {
    const { options } = fixture(runbookOf([]))

    const resuming = resume(options)

    await expect(resuming).rejects.toMatchObject({ code: 'run-empty', exit: 'refused' })
  })

  test('gives the stored result of a finished run and does nothing', async () => {
    const world = newWorld()
    const { options, store } = fixture(runbookOf(threeSteps(world)))
    await runRunbook(options)
    const before = store.lines.length

    const result = await resume(options)

    expect(result).toMatchObject({ outcome: 'done', exit: 'done' })
    expect(store.lines.length).toBe(before)
  })

  test('says where the run stands before it asks, and does nothing when declined', async () => {
    const world = newWorld()
    const { options, store, events } = await killedAt(world, 7)

    const result = await resume({ ...options, yes: false, ask: async () => false })

    expect(result).toMatchObject({ outcome: 'declined', exit: 'refused' })
    expect(events.at(-1)).toMatchObject({ type: 'run.taken-up', done: ['a'], inDoubt: 'b', stopped: { how: 'killed', step: 'b' } })
    expect(store.lines.length).toBe(7)
  })

  test('refuses another cluster', async () => {
    const { options } = await killedAt(newWorld(), 6)

    const resuming = resume({ ...options, ctx: contextOf(undefined, 'uid-2') })

    await expect(resuming).rejects.toMatchObject({ code: 'run-wrong-cluster', exit: 'refused' })
  })

  test('refuses another version of the runbook', async () => {
    const { options } = await killedAt(newWorld(), 6)

    const resuming = resume({ ...options, runbook: { ...options.runbook, version: 2 } })

    await expect(resuming).rejects.toMatchObject({ code: 'runbook-version', exit: 'refused' })
  })

  test('keeps a run that has begun when the world has moved, for abandon or another try', async () => {
    const world = newWorld()
    const { options, journaled } = await killedAt(world, 6)
    const runbook = { ...options.runbook, assertFresh: () => Promise.reject(refusal('plan-stale', 'HEAD moved')) }

    const resuming = resume({ ...options, runbook })

    await expect(resuming).rejects.toMatchObject({ code: 'plan-stale' })
    expect(world.effects).toEqual(['a'])
    expect(journaled().at(-1)).toBe('run.resumed')
  })

  test('stops when the journal went on while it was asked about', async () => {
    const { options, store } = await killedAt(newWorld(), 7)
    const ask = async () => {
      const last = store.lines.at(-1)
      if (last) store.lines.push(last)
      return true
    }

    const resuming = resume({ ...options, yes: false, ask })

    await expect(resuming).rejects.toMatchObject({ code: 'run-moved' })
  })
})

describe('abandon', () => {
  test('takes back what was begun, last first, and ends the run', async () => {
    const world = newWorld()
    const { options, journaled } = await failedRun(world)

    const result = await abandon(options)

    expect(result).toMatchObject({ outcome: 'abandoned', exit: 'done' })
    expect(world.effects).toEqual(['undo b', 'undo a'])
    expect(journaled().slice(-5)).toEqual(['undo.started b', 'undo.finished b', 'undo.started a', 'undo.finished a', 'run.finished'])
  })

  test('says what an undo has left as it is', async () => {
    const undo = async () => ['Namespace apps stays: it holds Secret apps/a']
    const { options, events } = await failedRun(newWorld(), [writeStep(newWorld(), 'a', { undo }), writeStep(newWorld(), 'b')])

    await abandon(options)

    expect(events).toContainEqual({ type: 'note', level: 'warning', text: 'Namespace apps stays: it holds Secret apps/a' })
  })

  test('leaves alone what held before the run', async () => {
    const world = newWorld()
    world.done.add('a')
    const { options } = await failedRun(world)

    await abandon(options)

    expect(world.effects).toEqual(['undo b'])
  })

  test('refuses behind a crossed point of no return and names it', async () => {
    const world = newWorld()
    const { options } = await failedRun(world, [writeStep(world, 'a'), writeStep(world, 'b', { pointOfNoReturn: 'storage is promoted' })])

    const abandoning = abandon(options)

    await expect(abandoning).rejects.toMatchObject({
      code: 'point-of-no-return',
      exit: 'refused',
      message: expect.stringContaining('storage is promoted'),
    })
    expect(world.effects).toEqual([])
  })

  test('asks a step that had begun whether its line was crossed, and goes back where it was not', async () => {
    const world = newWorld()
    const line = { pointOfNoReturn: 'it is pushed', isCrossed: async () => false }
    const { options } = await failedRun(world, [writeStep(world, 'a'), writeStep(world, 'b', line)])

    const result = await abandon(options)

    expect(result).toMatchObject({ outcome: 'abandoned', exit: 'done' })
  })

  test('refuses where the step says that its line was crossed, and where it cannot be known', async () => {
    for (const isCrossed of [async () => true, () => Promise.reject(new OpsError({ code: 'git-unreachable', message: 'away' }))]) {
      const world = newWorld()
      const { options } = await failedRun(world, [
        writeStep(world, 'a'),
        writeStep(world, 'b', { pointOfNoReturn: 'it is pushed', isCrossed }),
      ])

      await expect(abandon(options)).rejects.toBeInstanceOf(OpsError)
      expect(world.effects).toEqual([])
    }
  })

  test('goes back to the last checkpoint that was reached and no further', async () => {
    const world = newWorld()
    const proof = { kind: 'read', id: 'proof', title: 'proof', why: 'because', checkpoint: true, run: async () => ({ ok: true }) } as const
    const before = [writeStep(world, 'a', { pointOfNoReturn: 'storage is promoted' }), proof]
    const { options } = await failedRun(world, [...before, writeStep(world, 'b')])

    const result = await abandon(options)

    expect(result).toMatchObject({ outcome: 'abandoned', exit: 'done' })
    expect(world.effects).toEqual(['undo b'])
  })

  test('refuses behind a line that was crossed after the last checkpoint', async () => {
    const world = newWorld()
    const proof = { kind: 'read', id: 'proof', title: 'proof', why: 'because', checkpoint: true, run: async () => ({}) } as const
    const { options } = await failedRun(world, [
      writeStep(world, 'a'),
      proof,
      writeStep(world, 'b', { pointOfNoReturn: 'storage is promoted' }),
    ])

    await expect(abandon(options)).rejects.toMatchObject({ code: 'point-of-no-return' })
  })

  test('does not count a line as crossed whose step never started', async () => {
    const world = newWorld()
    const boom = () => Promise.reject(new OpsError({ code: 'kube-unreachable', message: 'away' }))
    const { options } = await failedRun(world, [
      writeStep(world, 'a'),
      writeStep(world, 'b', { pointOfNoReturn: 'promoted', isDone: boom }),
    ])

    const result = await abandon(options)

    expect(result.outcome).toBe('abandoned')
    expect(world.effects).toEqual(['undo a'])
  })

  test('stops at an undo that fails, and goes on from there the next time', async () => {
    const world = newWorld()
    let broken = true
    const undo = async () => {
      if (broken) throw new OpsError({ code: 'git-failed', message: 'locked' })
      world.effects.push('undo a')
    }
    const { options } = await failedRun(world, [writeStep(world, 'a', { undo }), writeStep(world, 'b')])

    const first = await abandon(options)
    broken = false
    const second = await abandon(options)

    expect(first).toMatchObject({ outcome: 'failed', exit: 'partial', error: { code: 'git-failed' } })
    expect(second).toMatchObject({ outcome: 'abandoned', exit: 'done' })
    expect(world.effects).toEqual(['undo b', 'undo a'])
  })

  test('that was begun cannot be resumed', async () => {
    const world = newWorld()
    const undo = () => Promise.reject(new OpsError({ code: 'git-failed', message: 'locked' }))
    const { options } = await failedRun(world, [writeStep(world, 'a', { undo })])
    await abandon(options)

    const resuming = resume(options)

    await expect(resuming).rejects.toMatchObject({ code: 'run-abandoning', hints: [`flux-ops runs abandon ${RUN}`] })
  })

  test('says first what others will see of it', async () => {
    const world = newWorld()
    const undoPreview = () => ['close the pull request']
    const { options, events } = await failedRun(world, [writeStep(world, 'a', { undoPreview }), writeStep(world, 'b')])
    const asked: string[] = []
    const ask = async () => {
      asked.push(...events.flatMap((event) => (event.type === 'note' ? [event.text] : [])))
      return false
    }

    await abandon({ ...options, yes: false, ask })

    expect(asked).toContain('takes back: close the pull request')
    expect(world.effects).toEqual([])
  })

  test('changes nothing, and can still be resumed, when the runbook finds that it came too late', async () => {
    const world = newWorld()
    const assertAbandon = () => Promise.reject(new OpsError({ code: 'pull-request-merged', message: 'merged', exit: 'refused' }))
    const { options, journaled } = await failedRun(world)
    const before = journaled()

    await expect(abandon({ ...options, runbook: { ...options.runbook, assertAbandon } })).rejects.toMatchObject({
      code: 'pull-request-merged',
    })

    expect(journaled()).toEqual(before)
    expect(world.effects).toEqual([])
  })

  test('puts a run away that changed nothing without asking for the lease', async () => {
    const { options, lock } = await killedAt(newWorld(), 3)
    lock.acquired = 0

    const result = await abandon(options)

    expect(result.outcome).toBe('abandoned')
    expect(lock.acquired).toBe(0)
  })
})
