import { describe, expect, test } from 'vitest'
import { describeProgress, duration, secondsLeft } from '../../../src/sandbox/toolchain/progress.ts'

describe('duration', () => {
  test.each([
    [0.2, '0 s'],
    [50, '50 s'],
    [59.6, '1 min 0 s'],
    [250, '4 min 10 s'],
    [-3, '0 s'],
  ])('%s seconds read as "%s"', (seconds, text) => {
    expect(duration(seconds)).toBe(text)
  })
})

describe('secondsLeft', () => {
  test('the running tool counts with what its estimate leaves', () => {
    expect(secondsLeft([{ seconds: 100 }, { seconds: 50 }], 30, [])).toBe(120)
  })

  test('a tool that takes longer than its estimate does not make the rest shorter', () => {
    expect(secondsLeft([{ seconds: 100 }, { seconds: 50 }], 400, [])).toBe(50)
  })

  test('finished tools correct the estimates of those to come', () => {
    const done = [{ estimated: 100, actual: 10 }]

    expect(secondsLeft([{ seconds: 100 }, { seconds: 50 }], 0, done)).toBeCloseTo(15)
  })

  test('a few seconds of measured work are not yet a reason to correct anything', () => {
    const done = [{ estimated: 4, actual: 40 }]

    expect(secondsLeft([{ seconds: 100 }], 0, done)).toBe(100)
  })
})

describe('describeProgress', () => {
  test('a build names the tool, its place and the time left', () => {
    const line = describeProgress({ type: 'building', tool: 'kube-apiserver', index: 3, total: 14, seconds: 0, secondsLeft: 250 })

    expect(line).toBe('► building kube-apiserver (3 of 14, about 4 min 10 s left)')
  })

  test('a build that has run for a while says how long', () => {
    const line = describeProgress({ type: 'building', tool: 'kube-apiserver', index: 3, total: 14, seconds: 40, secondsLeft: 210 })

    expect(line).toBe('► building kube-apiserver (3 of 14, since 40 s, about 3 min 30 s left)')
  })

  test('a wait names the process that is waited for', () => {
    expect(describeProgress({ type: 'waiting', holder: 4711, seconds: 12 })).toBe(
      '◎ waiting for another toolchain build (process 4711), 12 s',
    )
  })
})
