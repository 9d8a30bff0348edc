// What each phase makes of a file is decided by the file alone.
import { expect, test } from 'vitest'
import { bodyOf, concerns, type Phase, phaseTrailer, subjectOf, trailersOf } from '../../../../runbooks/age-rotate/phases.ts'
import { type Groups, grouped } from '../../sops/sealed/grouped.ts'

const WHO = { old: 'old', next: 'next' }
const PHASES: readonly Phase[] = ['add', 'cut', 'back']

const concerned = (...documents: readonly Groups[]): Phase[] => PHASES.filter((phase) => concerns(phase, grouped(...documents), WHO))

test.each<[string, Groups[], Phase[]]>([
  ['sealed to the old key alone', [[['old']]], ['add', 'cut']],
  ['sealed to both', [[['old', 'next', 'alice']]], ['cut', 'back']],
  ['sealed to the new key alone', [[['next']]], ['back']],
  ['of other people', [[['alice'], ['bob']]], []],
  ['not sealed', [undefined], []],
  [
    'in one of whose groups the new key is missing',
    [
      [
        ['old', 'next'],
        ['old', 'bob'],
      ],
    ],
    ['add', 'cut', 'back'],
  ],
  ['whose new key is in a group without the old one', [[['old'], ['next']]], ['add', 'cut', 'back']],
  ['whose old key is in one group, done', [[['old', 'next'], ['bob']]], ['cut', 'back']],
  ['of several documents, one of which is behind', [[['old', 'next']], [['old']]], ['add', 'cut', 'back']],
  ['of several documents, one of which is cut', [[['next']], [['old', 'next']]], ['cut', 'back']],
])('a file %s', (_what, documents, phases) => {
  expect(concerned(...documents)).toEqual(phases)
})

test('a phase that is done has nothing left to do, and the next one has', () => {
  const [before, both, after] = [[['old', 'alice']], [['old', 'next', 'alice']], [['next', 'alice']]] as const

  expect([concerned(before).includes('add'), concerned(both).includes('add')]).toEqual([true, false])
  expect([concerned(both).includes('cut'), concerned(after).includes('cut')]).toEqual([true, false])
  expect([concerned(both).includes('back'), concerned(before).includes('back')]).toEqual([true, false])
})

test('each phase has a commit of its own, and all of them are known by the run', () => {
  const trailers = PHASES.map((phase) => trailersOf('run-1', phase))

  expect(new Set(PHASES.map(subjectOf)).size).toBe(3)
  expect(trailers.map(([run]) => run)).toEqual(Array(3).fill({ key: 'Flux-Ops-Run', value: 'run-1' }))
  expect(PHASES.map((phase) => phaseTrailer('run-1', phase).value)).toEqual(['run-1/add', 'run-1/cut', 'run-1/back'])
})

test('the message of a commit has recipients whole, and post-quantum ones short', () => {
  const long = `age1pq1${'q'.repeat(1_900)}end`

  expect(bodyOf('cut', { old: 'age1old', next: 'age1next' })).toEqual(['without age1old', 'with    age1next'])
  expect(bodyOf('add', { old: 'age1old', next: 'age1next' })).toEqual(['age1next'])
  for (const line of bodyOf('cut', { old: long, next: long })) expect(line.length).toBeLessThan(80)
})
