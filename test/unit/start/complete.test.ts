import { describe, expect, test } from 'vitest'
import { type CompletionTable, complete } from '../../../src/cli/start/complete.ts'

const table: CompletionTable = {
  '': { about: '', flags: {} },
  runs: { about: 'what was run', flags: {} },
  'runs list': { about: 'lists runs', flags: {} },
  'runs show': { about: '', flags: {} },
  status: { about: 'one screen', flags: {} },
  upgrade: {
    about: 'upgrades Flux',
    flags: {
      to: { about: 'target release', takes: 'text' },
      out: { about: 'plan file', takes: 'file' },
      style: { about: 'install style', takes: ['pin', 'bootstrap'] },
      namespace: { char: 'n', about: 'namespace of Flux', takes: 'text' },
      yes: { char: 'y', about: 'go on without asking', takes: 'nothing' },
    },
  },
  'upgrade plan': { about: 'plans only', flags: {} },
}

describe('completion', () => {
  test('with nothing typed offers commands and topics, not what lies below them', () => {
    expect(complete(table, [''])).toBe('runs\twhat was run\nstatus\tone screen\nupgrade\tupgrades Flux\n:4\n')
  })

  test('offers what begins with the typed letters', () => {
    expect(complete(table, ['st'])).toBe('status\tone screen\n:4\n')
  })

  test('below a topic offers its commands, and no tab where nothing is known of one', () => {
    expect(complete(table, ['runs', ''])).toBe('list\tlists runs\nshow\n:4\n')
  })

  test('below a command that is a topic too offers the commands under it', () => {
    expect(complete(table, ['upgrade', 'p'])).toBe('plan\tplans only\n:4\n')
  })

  test('after a dash offers the flags of the command', () => {
    expect(complete(table, ['upgrade', '--o'])).toBe('--out\tplan file\n:4\n')
  })

  test('after a flag with known values offers these', () => {
    expect(complete(table, ['upgrade', '--style', 'b'])).toBe('bootstrap\n:4\n')
  })

  test('after a flag that takes a file leaves it to the shell', () => {
    expect(complete(table, ['upgrade', '--out', ''])).toBe(':0\n')
  })

  test.each([['--to'], ['-n']])('after %s, which takes any text, offers nothing', (flag) => {
    expect(complete(table, ['upgrade', flag, ''])).toBe(':4\n')
  })

  test('a value that is called like a command is not taken for one', () => {
    expect(complete(table, ['upgrade', '--to', 'plan', 'p'])).toBe('plan\tplans only\n:4\n')
  })

  test('a flag without a value does not swallow the next word', () => {
    expect(complete(table, ['upgrade', '-y', 'p'])).toBe('plan\tplans only\n:4\n')
  })

  test('behind -- nothing is offered', () => {
    expect(complete(table, ['upgrade', '--', 'p'])).toBe(':4\n')
  })

  test('below a word that is no command nothing is offered', () => {
    expect(complete(table, ['nothing', 's'])).toBe(':4\n')
  })

  test.each([[['__proto__', '']], [['upgrade', '--constructor', '']], [[]], [['-', '']]])('%j is answered and does not throw', (words) => {
    expect(complete(table, words)).toMatch(/:\d\n$/)
  })
})
