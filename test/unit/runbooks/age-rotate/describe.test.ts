// The plan for a person: one line a step, in the order of the steps, and the line after which there is no way back.
import { expect, test } from 'vitest'
import { describePlan } from '../../../../runbooks/age-rotate/describe.ts'
import type { RotatePlan } from '../../../../runbooks/age-rotate/plan-schema.ts'
import { rotateSteps } from '../../../../runbooks/age-rotate/steps.ts'
import { aPlan, oldKey } from './a-plan.ts'

const UNTIL = '2026-12-24T00:00:00.000Z'
const text = (more: Partial<RotatePlan> = {}): string => describePlan(aPlan(more)).join('\n')
const stepLines = (lines: readonly string[]): string[] => lines.filter((line) => /^ ?\d+ /.test(line))

test.each([
  ['as it is', {}],
  ['with a wait', { keepOldUntil: UNTIL }],
])('each step has its line, with its number and what it touches: %s', (_how, more) => {
  const steps = rotateSteps(aPlan(more))
  const lines = stepLines(describePlan(aPlan(more)))

  expect(lines.map((line) => line.trim().split(/\s+/).slice(0, 2))).toEqual(steps.map(({ id }, index) => [String(index + 1), id]))
  for (const [index, { title }] of steps.entries()) expect(lines[index]).not.toContain(title)
})

test('one line and no other is marked, and it is the step that has the sentence', () => {
  const [marked, ...more] = stepLines(describePlan(aPlan())).filter((line) => line.includes('▲'))
  const [step, ...others] = rotateSteps(aPlan()).filter((each) => each.kind === 'write' && each.pointOfNoReturn !== undefined)

  expect([more, others]).toEqual([[], []])
  expect(step?.id).toBe('take-out')
  expect(marked).toContain('take-out')
})

test('what is taken back stands before the line, what is not behind it', () => {
  const steps = rotateSteps(aPlan())
  const line = steps.findIndex(({ id }) => id === 'take-out')
  const hasUndo = steps.flatMap((step, index) => (step.kind === 'write' && step.undo !== undefined ? [index] : []))

  expect(hasUndo.length).toBeGreaterThan(0)
  expect(hasUndo.every((index) => index < line)).toBe(true)
})

test('the new key is in the cluster and backed up before anything is sealed to it, and proven before the old one goes', () => {
  const ids = rotateSteps(aPlan({ keepOldUntil: UNTIL })).map(({ id }) => id)
  const inOrder = [
    'add-key',
    'back-up',
    'add-recipient',
    'apply-add',
    'prove',
    'new-data-keys',
    'apply-cut',
    'prove-cut',
    'keep-old',
    'take-out',
    'verify',
  ]

  expect(ids.filter((id) => inOrder.includes(id))).toEqual(inOrder)
})

test('it begins with the key, and how much is to do', () => {
  expect(describePlan(aPlan())[0]).toBe(`${oldKey.recipient} is replaced in 1 Secret and 2 files`)
  expect(describePlan(aPlan({ files: ['a.yaml'], secrets: ['a/b', 'c/d'] }))[0]).toContain('in 2 Secrets and 1 file')
})

test('a post-quantum recipient does not fill the screen', () => {
  const [first = ''] = describePlan(aPlan({ old: `age1pq1${'q'.repeat(1_950)}` }))

  expect(first.length).toBeLessThan(120)
})

test('several .sops.yaml are counted in words that are words', () => {
  expect(text()).toContain('2 files and 1 .sops.yaml get')
  expect(text({ rules: ['.sops.yaml', 'apps/.sops.yaml'] })).toContain('2 files and 2 .sops.yaml get')
})

test('it says what is sealed to what, and what sops has to do', () => {
  expect(text()).toContain('both keys into /media/usb, sealed to recipients')
  expect(text({ seal: { how: 'shares', threshold: 3, count: 5 } })).toContain('split into shares')
  expect(text({ seal: { how: 'passphrase', file: '/pass.txt' } })).toContain('sealed to the passphrase')
  expect(text({ kind: 'hybrid' })).toContain('a new post-quantum age key')
  expect(text({ bySops: ['apps/db.sops.yaml'] })).toContain('1 of them by sops')
})

test('it says what nobody would expect', () => {
  const values = [{ file: 'apps/db.sops.yaml', object: 'Secret db', names: ['stringData.user', 'stringData.password'] }]

  expect(text()).not.toContain('providers')
  expect(text({ compromised: true, values })).toContain('2 values that the old key opens have to be replaced at their providers')
  expect(text({ keyFiles: ['keys.sops.yaml'] })).toContain('keys.sops.yaml holds the old key itself')
  expect(text({ notReady: ['flux-system/apps'] })).toContain('Kustomization flux-system/apps was not Ready')
  expect(text({ keepOldUntil: UNTIL })).toContain(`exit 4; after ${UNTIL}`)
})
