import { describe, expect, test } from 'vitest'
import { runRunbook } from '../../../src/engine/run.ts'
import { OpsError, refusal } from '../../../src/errors.ts'
import { contextOf, fixture, newWorld, RUN, runbookOf, writeStep } from './fakes.ts'

const journalFull = new OpsError({ code: 'journal-write', message: 'no space left' })

describe('a run', () => {
  test('journals every event and does each step once', async () => {
    const world = newWorld()
    const { options, journaled, lock } = fixture(runbookOf([writeStep(world, 'a'), writeStep(world, 'b')]))

    const result = await runRunbook(options)

    expect(result).toMatchObject({ outcome: 'done', exit: 'done', runId: RUN })
    expect(world.effects).toEqual(['a', 'b'])
    expect(result.state.facts).toEqual({ a: { by: 'a' }, b: { by: 'b' } })
    expect(lock).toMatchObject({ acquired: 1, held: false })
    expect(journaled()).toEqual([
      'run.started',
      'check.finished reachable',
      'plan.made',
      'plan.accepted',
      'step.started a',
      'step.finished a',
      'step.started b',
      'step.finished b',
      'run.finished',
    ])
  })

  test('journals a write step, with its preview and its point of no return, before its effect', async () => {
    const world = newWorld()
    const seen: string[] = []
    const run = async () => {
      seen.push(...journaled())
      return {}
    }
    const { options, journaled, store } = fixture(runbookOf([writeStep(world, 'a', { run, pointOfNoReturn: 'no way back' })]))

    await runRunbook(options)

    expect(seen.at(-1)).toBe('step.started a')
    expect(store.lines.find(({ event }) => event.type === 'step.started')?.event).toMatchObject({
      preview: ['do a'],
      pointOfNoReturn: 'no way back',
    })
  })

  test('whose steps have all ended is over, and says what has not come about all the same', async () => {
    const world = newWorld()
    const closing = (_plan: unknown, facts: Record<string, unknown>) =>
      new OpsError({ code: 'still-open', message: `open: ${Object.keys(facts).join()}`, hints: ['look'], exit: 'partial' })
    const { options, store } = fixture({ ...runbookOf([writeStep(world, 'a')]), closing })

    const result = await runRunbook(options)

    expect(result).toMatchObject({ outcome: 'done', exit: 'partial', error: { message: 'open: a' } })
    expect(store.lines.at(-1)?.event).toMatchObject({ type: 'run.finished', outcome: 'done', error: { code: 'still-open' } })
  })

  test('does not run a step whose effect holds already, and does not claim it as its own', async () => {
    const world = newWorld()
    world.done.add('a')
    const { options, journaled } = fixture(runbookOf([writeStep(world, 'a')]))

    const result = await runRunbook(options)

    expect(world.effects).toEqual([])
    expect(journaled()).not.toContain('step.started a')
    expect(result.state.steps).toMatchObject([{ id: 'a', status: 'done', already: true, started: false }])
  })

  test('reads the facts of a step whose effect holds already back from the world', async () => {
    const world = newWorld()
    world.done.add('a')
    const { options } = fixture(runbookOf([writeStep(world, 'a', { factsWhenDone: async () => ({ commit: 'abc' }) })]))

    const result = await runRunbook(options)

    expect(result.state.facts).toEqual({ a: { commit: 'abc' } })
  })

  test('stops before the effect when the journal cannot be written, and says that and nothing else', async () => {
    const world = newWorld()
    const step = writeStep(world, 'a', {
      preview: () => {
        store.failure = journalFull
        return []
      },
    })
    const { options, store, lock } = fixture(runbookOf([step]))

    const running = runRunbook(options)

    await expect(running).rejects.toBe(journalFull)
    expect(world.effects).toEqual([])
    expect(lock.held).toBe(false)
  })

  test('stops before the next write when the lease is lost', async () => {
    const world = newWorld()
    const lose = async () => {
      lock.lost = true
      return {}
    }
    const { options, lock, journaled } = fixture(runbookOf([writeStep(world, 'a', { run: lose }), writeStep(world, 'b')]))

    const running = runRunbook(options)

    await expect(running).rejects.toMatchObject({ code: 'lock-lost', exit: 'refused', hints: [`flux-ops runs resume ${RUN}`] })
    expect(world.effects).toEqual([])
    expect(journaled().slice(-2)).toEqual(['step.finished a', 'run.interrupted'])
  })

  test('ends a failing step with its own hints, the runbook’s and the way to resume', async () => {
    const world = newWorld()
    const boom = async () => {
      throw new OpsError({ code: 'kube-forbidden', message: 'no', hints: ['ask'] })
    }
    const runbook = runbookOf([writeStep(world, 'a', { run: boom })], { afterFailure: () => ['flux-ops rollback'] })
    const { options } = fixture(runbook)

    const result = await runRunbook(options)

    expect(result).toMatchObject({ outcome: 'failed', exit: 'failed', state: { phase: 'failed' } })
    expect(result.error?.hints).toEqual(['ask', 'flux-ops rollback', `flux-ops runs resume ${RUN}`])
  })

  test('calls a thrown value that is no OpsError a bug', async () => {
    const boom = async () => {
      throw new TypeError('x is undefined')
    }
    const { options } = fixture(runbookOf([writeStep(newWorld(), 'a', { run: boom })]))

    const result = await runRunbook(options)

    expect(result).toMatchObject({ outcome: 'failed', exit: 'bug', error: { code: 'bug' } })
  })

  test('is interrupted by a signal and can be resumed: the step stays in doubt', async () => {
    const abort = new AbortController()
    const hang = async () => {
      abort.abort('SIGINT')
      throw new Error('aborted')
    }
    const { options, journaled } = fixture(runbookOf([writeStep(newWorld(), 'a', { run: hang })]), { ctx: contextOf(abort.signal) })

    const result = await runRunbook(options)

    expect(result).toMatchObject({
      outcome: 'interrupted',
      exit: 'interrupted',
      state: { phase: 'interrupted', signal: 'SIGINT', inDoubt: 'a' },
    })
    expect(journaled().at(-1)).toBe('run.interrupted')
  })

  test('waits for a person at a manual step', async () => {
    const manual = {
      kind: 'manual',
      id: 'm',
      title: 'turn the key',
      why: '',
      instructions: () => ['turn it'],
      isDone: async () => false,
    } as const
    const { options } = fixture(runbookOf([manual]))

    const result = await runRunbook(options)

    expect(result).toMatchObject({ outcome: 'waiting', exit: 'waiting', state: { phase: 'waiting' } })
    expect(result.state.steps[0]?.instructions).toEqual(['turn it', `then: flux-ops runs resume ${RUN}`])
  })

  test('changes nothing when it is declined', async () => {
    const world = newWorld()
    const { options, lock } = fixture(runbookOf([writeStep(world, 'a')]), { yes: false, ask: async () => false })

    const result = await runRunbook(options)

    expect(result).toMatchObject({ outcome: 'declined', exit: 'refused' })
    expect(world.effects).toEqual([])
    expect(lock.held).toBe(false)
  })

  test('names the points of no return in the question', async () => {
    const asked: unknown[] = []
    const ask = async (question: unknown) => {
      asked.push(question)
      return true
    }
    const { options } = fixture(runbookOf([writeStep(newWorld(), 'a', { pointOfNoReturn: 'no way back' })]), { yes: false, ask })

    await runRunbook(options)

    expect(asked).toMatchObject([{ kind: 'apply', pointsOfNoReturn: ['no way back'] }])
  })

  test('ends as refused when the lock is held by someone else, with nothing changed', async () => {
    const world = newWorld()
    const lock = { acquire: () => Promise.reject(refusal('lock-held', 'anna is at work')) }
    const { options } = fixture(runbookOf([writeStep(world, 'a')]), { lock })

    const result = await runRunbook(options)

    expect(result).toMatchObject({ outcome: 'refused', exit: 'refused', error: { code: 'lock-held' } })
    expect(world.effects).toEqual([])
  })

  test('ends as refused when the world has moved since the plan', async () => {
    const world = newWorld()
    const assertFresh = () => Promise.reject(refusal('plan-stale', 'HEAD moved'))
    const { options } = fixture(runbookOf([writeStep(world, 'a')], { assertFresh }), { plan: { to: '2.9.2' } })

    const result = await runRunbook(options)

    expect(result).toMatchObject({ outcome: 'refused', exit: 'refused', error: { code: 'plan-stale' } })
    expect(world.effects).toEqual([])
  })

  test('takes a given plan instead of making one, without a question', async () => {
    const world = newWorld()
    const plan = () => Promise.reject(new Error('not to be called'))
    const { options } = fixture(runbookOf([writeStep(world, 'a')], { plan }), { plan: { to: '2.8.0' }, yes: false, ask: async () => false })

    const result = await runRunbook(options)

    expect(result.state).toMatchObject({ outcome: 'done', plan: { to: '2.8.0' }, acceptedBy: 'plan-file' })
  })

  test('only plans when asked to: no journal, no lease, no step', async () => {
    const world = newWorld()
    const { options, store, lock } = fixture(runbookOf([writeStep(world, 'a')]), { planOnly: true })

    const result = await runRunbook(options)

    expect(result).toMatchObject({ outcome: 'planned', exit: 'done', state: { plan: { to: '2.9.2' } } })
    expect([store.lines.length, lock.acquired, world.effects.length]).toEqual([0, 0, 0])
  })

  test('makes a plan for its reader although a check failed, and ends as it would without', async () => {
    const world = newWorld()
    const failing = (severity: 'gate' | 'error') => ({
      id: 'broken',
      title: 'it works',
      severity,
      probe: async () => ({ status: 'fail' as const, detail: 'no', hints: [] }),
    })
    const run = (severity: 'gate' | 'error', more: object) =>
      runRunbook(fixture(runbookOf([writeStep(world, 'a')], { checks: [failing(severity)] }), { planOnly: true, ...more }).options)

    const shown = await run('error', { planAnyway: true })

    expect(shown).toMatchObject({ outcome: 'checks-failed', exit: 'checks', state: { plan: { to: '2.9.2' } } })
    expect((await run('error', {})).state.plan).toBeUndefined()
    expect((await run('gate', { planAnyway: true })).state.plan).toBeUndefined()
    expect(world.effects).toEqual([])
  })

  test('ends by its checks where no plan comes about either', async () => {
    const failing = {
      id: 'broken',
      title: 'it works',
      severity: 'error' as const,
      probe: async () => ({ status: 'unknown' as const, cause: 'no' }),
    }
    const plan = () => Promise.reject(new OpsError({ code: 'no-path', message: 'no chain' }))
    const { options, events } = fixture(runbookOf([], { checks: [failing], plan }), { planOnly: true, planAnyway: true })

    const result = await runRunbook(options)

    expect(result).toMatchObject({ outcome: 'checks-failed', exit: 'checks' })
    expect(events).toContainEqual({ type: 'note', level: 'info', text: 'no plan: no chain' })
  })

  test('refuses wrong input in one sentence before anything else', async () => {
    const { options } = fixture(runbookOf([]), { input: { to: 3 } })

    const running = runRunbook(options)

    await expect(running).rejects.toMatchObject({
      code: 'input-invalid',
      exit: 'usage',
      message: 'the input of demo is not valid: to is missing',
    })
  })

  test('refuses a runbook with two steps of one name', async () => {
    const world = newWorld()
    const { options } = fixture(runbookOf([writeStep(world, 'a'), writeStep(world, 'a')]))

    const result = await runRunbook(options)

    expect(result).toMatchObject({ exit: 'bug', outcome: 'refused' })
    expect(world.effects).toEqual([])
  })
})

describe('a dry run', () => {
  test('says what each write would do and does nothing: no effect, no journal, no lease', async () => {
    const world = newWorld()
    const { options, store, lock, events } = fixture(runbookOf([writeStep(world, 'a'), writeStep(world, 'b')]), { dryRun: true })

    const result = await runRunbook(options)

    expect(result).toMatchObject({ outcome: 'planned', exit: 'done' })
    expect([store.lines.length, lock.acquired, world.effects.length]).toEqual([0, 0, 0])
    expect(events.filter((event) => event.type === 'step.would')).toMatchObject([{ lines: ['do a'] }, { lines: ['do b'] }])
  })

  test('still asks what is done already, and skips waits behind a write that was only said', async () => {
    const world = newWorld()
    world.done.add('a')
    const wait = { kind: 'read', id: 'wait', title: 'rollout', why: '', run: () => Promise.reject(new Error('not to be called')) } as const
    const { options, events } = fixture(runbookOf([writeStep(world, 'a'), writeStep(world, 'b'), wait]), { dryRun: true })

    await runRunbook(options)

    expect(events.filter(({ type }) => type.startsWith('step.'))).toMatchObject([
      { type: 'step.finished', id: 'a', already: true },
      { type: 'step.would', id: 'b' },
      { type: 'step.skipped', id: 'wait', reason: expect.stringContaining('b') },
    ])
  })

  test('does not fail over a preview that needs facts of a step that was only said', async () => {
    const world = newWorld()
    const preview = () => {
      throw new TypeError('facts.a is undefined')
    }
    const { options, events } = fixture(runbookOf([writeStep(world, 'a'), writeStep(world, 'b', { preview })]), { dryRun: true })

    const result = await runRunbook(options)

    expect(result.exit).toBe('done')
    expect(events.find((event) => event.type === 'step.would' && event.id === 'b')).toMatchObject({
      lines: [expect.stringContaining('does b')],
    })
  })
})
