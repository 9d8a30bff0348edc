import { expect, test } from 'vitest'
import { asFailure } from '../../../src/cli/failure.ts'
import { parseWaivers } from '../../../src/cli/flags.ts'
import { OpsError } from '../../../src/errors.ts'
import { nearest } from '../../../src/nearest.ts'

const options = { command: 'upgrade', writeCrashLog: () => '/state/crash.log' }

const parserError = (message: string): Error => Object.assign(new Error(message), { oclif: { exit: 2 } })

test.each([
  ['The following error occurred:\n  \u001b[2mMissing required flag to\u001b[22m\nSee more help with --help', '--to is missing'],
  ['Nonexistent flag: --nope\nSee more help with --help', 'there is no flag --nope'],
  ['Parsing --timeout \n\tExpected an integer but received: x\nSee more help with --help', '--timeout: a whole number is needed, not x'],
])('what the parser says becomes one sentence (%#)', (said, sentence) => {
  const failure = asFailure(parserError(said), options)

  expect(failure.message).toBe(sentence)
  expect(failure.exit).toBe('usage')
  expect(failure.hints).toEqual(['flux-ops upgrade --help'])
})

test('a flag’s own error keeps its code and its hints', () => {
  const own = new OpsError({
    code: 'flag-invalid',
    message: 'Parsing --to \n\t--to "x" is not a version',
    hints: ['such as --to 2.9.2'],
    exit: 'usage',
  })

  const failure = asFailure(own, options)

  expect([failure.code, failure.message, failure.hints]).toEqual(['flag-invalid', '--to "x" is not a version', ['such as --to 2.9.2']])
})

test('anything that is not ours is a bug, says where its record is, and keeps the place where it happened', () => {
  const error = new TypeError('x is not a function')

  const failure = asFailure(error, options)

  expect(failure.exit).toBe('bug')
  expect(failure.hints.join('\n')).toContain('/state/crash.log')
  expect(failure.stack).toBe(error.stack)
})

test('a signal is an interruption, not a bug', () => {
  expect(asFailure('SIGINT', options).exit).toBe('interrupted')
})

test('a near name is suggested, a far one is not', () => {
  const known = ['upgrade', 'upgrade plan', 'rollback', 'runs list']

  expect(nearest('upgrde', known)).toBe('upgrade')
  expect(nearest('runs', known)).toBe('runs list')
  expect(nearest('frobnicate', known)).toBeUndefined()
  expect(nearest('x'.repeat(1_000_000), known)).toBeUndefined()
})

test('a reason may itself hold an equals sign', () => {
  expect(parseWaivers(['objects-ready=known: a=b'])).toEqual({ 'objects-ready': 'known: a=b' })
})
