import { describe, expect, test } from 'vitest'
import { OpsError } from '../../../src/errors.ts'
import { ago, duration } from '../../../src/ui/duration.ts'
import { renderError } from '../../../src/ui/error-lines.ts'

describe('an error', () => {
  test('says what happened, why, and what to type next; without a stack', () => {
    const error = new OpsError({
      code: 'git-auth',
      message: 'the push was refused',
      hints: ['flux-ops credentials'],
      cause: new Error('HTTP 403'),
    })

    expect(renderError(error)).toBe('✗ the push was refused\n  HTTP 403\n  → flux-ops credentials')
  })

  test('does not repeat a cause that the message holds already', () => {
    const error = new OpsError({ code: 'x', message: 'refused: HTTP 403', cause: new Error('HTTP 403') })

    expect(renderError(error)).toBe('✗ refused: HTTP 403')
  })

  test('shows the stack of a bug of ours', () => {
    expect(renderError(new TypeError('x is undefined'))).toMatch(
      /^✗ x is undefined\n {2}this is a bug of flux-ops.*\n {2}TypeError: x is undefined\n {6}at /,
    )
  })

  test('shows a stack for a person’s mistake only when debugging', () => {
    const error = new OpsError({ code: 'x', message: 'no', exit: 'usage' })

    expect(renderError(error)).not.toContain('at ')
    expect(renderError(error, { debug: true })).toContain('at ')
  })

  test('is cleaned of secrets and control characters, the cause too', () => {
    const error = new OpsError({ code: 'x', message: 'no \x1b[2J', hints: ['key hunter2'], cause: new Error('hunter2') })

    expect(renderError(error, { clean: (text) => text.replaceAll('hunter2', '[redacted]') })).toBe(
      '✗ no ␛[2J\n  [redacted]\n  → key [redacted]',
    )
  })

  test('may be any thrown value', () => {
    expect(renderError('oops')).toContain('✗ oops')
  })
})

describe('a span of time', () => {
  test.each([
    [0, '0.0 s'],
    [9_940, '9.9 s'],
    [9_960, '10 s'],
    [59_400, '59 s'],
    [60_000, '1 min'],
    [252_000, '4 min 12 s'],
    [7_800_000, '2 h 10 min'],
  ])('of %i ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text)
  })

  test('ago is said in its largest unit', () => {
    expect([ago(300), ago(1_000), ago(240_000), ago(90_000_000)]).toEqual(['just now', '1 second ago', '4 minutes ago', '1 day ago'])
  })
})
