// A plan may come from a file: what leaves the repository, or is not known, is refused.
import { describe, expect, test } from 'vitest'
import { planSchema } from '../../../../runbooks/age-rotate/plan-schema.ts'
import { aPlan } from './a-plan.ts'

/** Where the plan is refused; empty when it is taken. */
const refusedAt = (plan: unknown): string[] =>
  planSchema.safeParse(plan).error?.issues.map(({ path, code }) => (code === 'unrecognized_keys' ? 'unknown' : path.join('.'))) ?? []

test('what a rotation plans is taken as it is', () => {
  const plan = aPlan({
    values: [{ file: 'a.yaml', object: 'Secret a', names: ['stringData.a'] }],
    keepOldUntil: '2026-12-24T00:00:00.000Z',
  })

  expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan)
})

describe.each(['/etc/passwd', '../other/a.yaml', 'apps/../../a.yaml', '-rf', '..'])('a path outside: %s', (path) => {
  test.each(['files', 'bySops', 'keyFiles', 'rules'] as const)('is refused among %s', (where) => {
    expect(refusedAt({ ...aPlan(), [where]: ['apps/db.sops.yaml', path] })).toEqual([`${where}.1`])
  })

  test('is refused among the values', () => {
    expect(refusedAt({ ...aPlan(), values: [{ file: path, object: '', names: [] }] })).toEqual(['values.0.file'])
  })
})

test('what is not known is refused, at the top and further down', () => {
  const plan = aPlan()

  expect(refusedAt({ ...plan, more: 1 })).toEqual(['unknown'])
  expect(refusedAt({ ...plan, repo: { ...plan.repo, more: 1 } })).toEqual(['unknown'])
  expect(refusedAt({ ...plan, seal: { ...plan.seal, passphrase: 'secret' } })).toEqual(['unknown'])
  expect(refusedAt({ ...plan, values: [{ file: 'a', object: '', names: [], clear: 'hunter2' }] })).toEqual(['unknown'])
})

test.each([
  ['old', 'AGE-SECRET-KEY-1QQQ'],
  ['old', '--rm-age=age1'],
  ['kind', 'ssh'],
  ['out', 'media/usb'],
  ['files', []],
  ['secrets', []],
  ['sources', []],
  ['keepOldUntil', '2026-12-24'],
  ['timeoutMs', 0],
])('%s is no %j', (where, value) => {
  expect(refusedAt({ ...aPlan(), [where]: value })).toEqual([where])
})

test.each([
  ['remote', '--upload-pack=x'],
  ['branch', '-f'],
  ['head', 'main'],
  ['root', 'clone'],
  ['source', 'home'],
])('%s of the repository is no %j', (where, value) => {
  expect(refusedAt({ ...aPlan(), repo: { ...aPlan().repo, [where]: value } })).toEqual([`repo.${where}`])
})
