import { describe, expect, test } from 'vitest'
import type { CheckResult } from '../../../src/engine/model.ts'
import { runRunbook } from '../../../src/engine/run.ts'
import { OpsError } from '../../../src/errors.ts'
import { check, fixture, newWorld, runbookOf, writeStep } from './fakes.ts'

const pass: CheckResult = { status: 'pass' }
const fail: CheckResult = { status: 'fail', detail: 'not so', hints: ['fix it'] }
const boom = () => Promise.reject(new Error('no answer'))

const withChecks = (checks: ReturnType<typeof check>[], waivers: Record<string, string> = {}) => {
  const world = newWorld()
  const made = fixture(runbookOf([writeStep(world, 'a')], { checks }), { waivers })
  return { ...made, world }
}

describe('checks', () => {
  test('never take an answer that could not be had for a pass', async () => {
    const { options, world } = withChecks([check('x', 'error', boom)])

    const result = await runRunbook(options)

    expect(result).toMatchObject({ outcome: 'checks-failed', exit: 'checks' })
    expect(result.state.checks).toMatchObject([{ id: 'x', result: { status: 'unknown', cause: 'no answer' } }])
    expect(world.effects).toEqual([])
  })

  test('keep the next steps of an error that made the answer unknown', async () => {
    const denied = () =>
      Promise.reject(new OpsError({ code: 'kube-forbidden', message: 'not allowed to list pods', hints: ['look: kubectl auth can-i'] }))
    const { options } = withChecks([check('x', 'error', denied)])

    const result = await runRunbook(options)

    expect(result.state.checks).toMatchObject([{ result: { status: 'unknown', hints: ['look: kubectl auth can-i'] } }])
  })

  test('are all asked before the report, and told in declared order', async () => {
    const slow = async () => {
      await new Promise((resolve) => setImmediate(resolve))
      return fail
    }
    const { options, journaled } = withChecks([check('slow', 'error', slow), check('fast', 'error', fail), check('gate', 'gate', pass)])

    await runRunbook(options)

    expect(journaled().slice(1, 4)).toEqual(['check.finished slow', 'check.finished fast', 'check.finished gate'])
  })

  test('are not asked behind a closed gate, and say which gate', async () => {
    const { options } = withChecks([check('first', 'gate', boom), check('second', 'gate', boom), check('other', 'error', boom)])

    const result = await runRunbook(options)

    expect(result.exit).toBe('checks')
    expect(result.state.checks.map(({ result }) => result)).toEqual([
      { status: 'unknown', cause: 'no answer' },
      { status: 'skip', reason: 'not asked: first failed' },
      { status: 'skip', reason: 'not asked: first failed' },
    ])
  })

  test('run at most eight side by side', async () => {
    let now = 0
    let most = 0
    const probe = async () => {
      now += 1
      most = Math.max(most, now)
      await new Promise((resolve) => setImmediate(resolve))
      now -= 1
      return pass
    }
    const { options } = withChecks(Array.from({ length: 20 }, (_, index) => check(`c${index}`, 'error', probe)))

    await runRunbook(options)

    expect(most).toBe(8)
  })

  test('do not stop the run when only a warning fails', async () => {
    const { options, world } = withChecks([check('w', 'warning', fail), check('u', 'warning', boom)])

    const result = await runRunbook(options)

    expect(result.outcome).toBe('done')
    expect(world.effects).toEqual(['a'])
  })

  test('can be waived one by one, and the waiver is journaled with its reason', async () => {
    const { options, store } = withChecks([check('x', 'error', fail)], { x: 'known since May' })

    const result = await runRunbook(options)

    expect(result.outcome).toBe('done')
    expect(store.lines.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ type: 'check.finished', id: 'x', waived: 'known since May' }),
    )
    expect(store.lines[0]?.event).toMatchObject({ type: 'run.started', waivers: { x: 'known since May' } })
  })

  test('do not mark a check as waived that passes', async () => {
    const { options } = withChecks([check('x', 'error', pass)], { x: 'not needed' })

    const result = await runRunbook(options)

    expect(result.state.checks[0]).not.toHaveProperty('waived')
  })

  test.each([
    ['an unknown id, naming the known ones', { nope: 'why' }, 'waiver-unknown'],
    ['a gate', { gate: 'why' }, 'waiver-refused'],
    ['a warning', { warn: 'why' }, 'waiver-refused'],
    ['an empty reason', { x: ' ' }, 'waiver-reason'],
    ['a name every object has', { constructor: 'why' }, 'waiver-unknown'],
  ])('refuse the waiver of %s', async (_what, waivers, code) => {
    const { options, store } = withChecks([check('gate', 'gate', pass), check('x', 'error', pass), check('warn', 'warning', pass)], waivers)

    const running = runRunbook(options)

    await expect(running).rejects.toMatchObject({ code, exit: 'usage', hints: [expect.stringContaining('x')] })
    expect(store.lines).toEqual([])
  })
})
