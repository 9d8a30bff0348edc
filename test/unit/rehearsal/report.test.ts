// What a rehearsal says when it is over.
import { expect, test } from 'vitest'
import { withRehearsal } from '../../../src/cli/rehearse/told.ts'
import type { RunReport } from '../../../src/cli/run-report.ts'
import { failureOf } from '../../../src/rehearsal/findings.ts'
import { type Rehearsal, rehearsalLines } from '../../../src/rehearsal/report.ts'

const rehearsal: Rehearsal = {
  outcome: 'passed',
  from: '2.7.3',
  to: '2.9.2',
  seconds: 61.2,
  phases: [{ name: 'upgrade to 2.9.2', seconds: 40 }],
  steps: [{ id: 'pin', status: 'done', seconds: 0.4 }],
  passedOver: [],
  notRehearsed: [{ what: 'Provider flux-system/slack', why: 'nothing is sent out of a rehearsal' }],
  different: [],
}
const planned = { exit: 'done', exitCode: 0, review: { headline: 'Flux 2.7.3 → 2.9.2', before: [], parts: [] } } as unknown as RunReport

test('a rehearsal that went through leaves the exit as it was, and is a part of the plan', () => {
  const report = withRehearsal(planned, rehearsal)

  expect(report).toMatchObject({ exit: 'done', exitCode: 0, rehearsal: { outcome: 'passed' } })
  expect(report.review?.parts[0]?.title).toBe('Rehearsal')
})

test.each(['failed', 'unknown'] as const)('one that is %s is no pass: exit 3', (outcome) => {
  expect(withRehearsal(planned, { ...rehearsal, outcome })).toMatchObject({ exit: 'checks', exitCode: 3 })
})

test('what was not rehearsed is named, with why', () => {
  expect(rehearsalLines(rehearsal).join('\n')).toContain('Provider flux-system/slack   nothing is sent out of a rehearsal')
})

test('a flag that the new controller does not know is told with the line of the repository that sets it', () => {
  const files = [{ path: 'flux.yaml', text: 'patches:\n  - value: --aws-autologin-for-ecr\n' }]
  const message = 'notification-controller:v1.9.2 does not start: pod x\n  unknown flag: --aws-autologin-for-ecr'

  const failure = failureOf({ code: 'rollout-crashed', message, hints: ['kubectl --context sandbox logs x --previous'] }, files)

  expect(failure.where).toEqual(['flux.yaml:2'])
  expect(failure.hints).toEqual([
    'the new controller has no flag --aws-autologin-for-ecr: take it out of the patches in git, push, wait until it is applied, then rehearse again',
  ])
})
