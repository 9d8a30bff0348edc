import { describe, expect, test } from 'vitest'
import { answerFromText, helpSubject, userAgent, wantsColor } from '../../../src/cli/start/answers.ts'

describe('a question for help', () => {
  test.each([
    [[], ''],
    [['--help'], ''],
    [['-h'], ''],
    [['help'], ''],
    [['upgrade', '--help'], 'upgrade'],
    [['--help', 'upgrade'], 'upgrade'],
    [['upgrade', 'plan', '-h'], 'upgrade plan'],
    [['help', 'upgrade', 'plan'], 'upgrade plan'],
  ])('%j asks for that of %j', (argv, subject) => {
    expect(helpSubject(argv)).toBe(subject)
  })

  test.each([
    [['upgrade']],
    [['upgrade', '--to', '2.9.2', '--help']],
    [['upgrade', '--help', '--json']],
    [['up grade', '--help']],
    [['--', '--help']],
  ])('%j is left to oclif', (argv) => {
    expect(helpSubject(argv)).toBeUndefined()
  })
})

describe('colours of help', () => {
  test.each([
    [{}, { isTTY: true }, true],
    [{}, {}, false],
    [{ NO_COLOR: '1' }, { isTTY: true }, false],
    [{ TERM: 'dumb' }, { isTTY: true }, false],
    [{ FORCE_COLOR: '1' }, {}, true],
    [{ FORCE_COLOR: '0' }, { isTTY: true }, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, {}, false],
  ])('%j on %j: %s', (env, terminal, wanted) => {
    expect(wantsColor(env, terminal)).toBe(wanted)
  })
})

describe('an answer without oclif', () => {
  test.each([['--version'], ['-v'], ['version']])('%s names the program, its version and what it runs on', (word) => {
    expect(answerFromText([word], {}, {})).toBe(`${userAgent()}\n`)
  })

  test('a command line that does something is not answered', () => {
    expect(answerFromText(['upgrade', '--to', '2.9.2'], {}, {})).toBeUndefined()
    expect(answerFromText(['version', '--json'], {}, {})).toBeUndefined()
  })
})
