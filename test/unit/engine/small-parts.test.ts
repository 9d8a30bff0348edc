import { describe, expect, test } from 'vitest'
import { orderedFlush } from '../../../src/engine/ordered-flush.ts'
import { hasBegun, replay } from '../../../src/engine/replay.ts'
import { isRunId, newRunId } from '../../../src/engine/run-id.ts'

describe('a run id', () => {
  test('sorts by time and names its runbook', () => {
    const id = newRunId(new Date('2026-11-21T03:12:09Z'), 'upgrade', 0x1a2b)

    expect(id).toBe('20261121-031209-upgrade-1a2b')
    expect(isRunId(id)).toBe(true)
  })

  test.each(['..', '../x', '20261121-031209-upgrade-1a2b/../..', '', '20261121-031209--1a2b', 'x'.repeat(300)])('is not %j', (text) => {
    expect(isRunId(text)).toBe(false)
  })
})

describe('ordered flush', () => {
  test('hands answers on in their declared order, each as soon as it can', async () => {
    const given: string[] = []
    const flush = orderedFlush<string>(3, async (value) => void given.push(value))

    await flush.put(2, 'c')
    const early = [...given]
    await flush.put(0, 'a')
    await flush.put(1, 'b')

    expect(early).toEqual([])
    expect(given).toEqual(['a', 'b', 'c'])
  })
})

describe('replay', () => {
  const at = '2026-11-21T03:12:00.000Z'

  test('of nothing is an empty run', () => {
    expect(replay([])).toMatchObject({ phase: 'empty', events: 0 })
  })

  test('calls a step without an end in doubt', () => {
    const state = replay([{ at, event: { type: 'step.started', id: 'a', title: 'A', kind: 'write', preview: [] } }], 7)

    expect(state).toMatchObject({ phase: 'running', inDoubt: 'a', tornBytes: 7 })
    expect(hasBegun(state)).toBe(true)
  })

  test('forgets the error of a step that succeeds later', () => {
    const error = { code: 'x', message: 'x', hints: [] }
    const state = replay([
      { at, event: { type: 'step.failed', id: 'a', error } },
      { at, event: { type: 'step.finished', id: 'a', facts: { n: 1 }, already: true } },
    ])

    expect(state).not.toHaveProperty('error')
    expect(state).toMatchObject({ phase: 'running', facts: { a: { n: 1 } } })
  })
})
