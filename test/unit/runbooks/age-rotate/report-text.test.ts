// The report of a rotation: what was done, every value that is open to whoever has the old key, and no key.
import { describe, expect, test } from 'vitest'
import { rotationReport, valueLines } from '../../../../runbooks/age-rotate/report-text.ts'
import { aView, nextKey, oldKey } from './a-plan.ts'

const TOLD = { operator: 'oncall@laptop', at: '2026-11-22T04:00:00.000Z' }
const FACTS = {
  'add-key': { recipient: nextKey.recipient, entry: 'run.agekey' },
  'back-up': { files: ['/media/usb/prod.age', '/media/usb/prod.manifest.json'], reopened: true },
  'push-add': { commit: 'b'.repeat(40) },
  'push-cut': { commit: 'c'.repeat(40) },
  'prove-cut': { files: 7, commit: 'c'.repeat(40), macMismatch: ['apps/edited.sops.yaml'] },
  'last-look': { mentions: ['docs/keys.md'] },
  reconcile: { kustomizations: ['flux-system/apps'] },
}
const VALUES = [
  { file: 'apps/db.sops.yaml', object: 'Secret db', names: ['stringData.user', 'stringData.password'] },
  { file: 'ci/token.sops.json', object: '', names: ['data'] },
]

const report = (...view: Parameters<typeof aView>): string => rotationReport(aView(view[0], view[1] ?? FACTS), TOLD)

test('it tells the run, the keys, the commits, the backup and what was proven', () => {
  const text = report()

  for (const part of [
    'oncall@laptop',
    TOLD.at,
    'admin@prod-eu',
    'uid-1',
    'flux-system/sops-age',
    oldKey.recipient,
    nextKey.recipient,
    '- 7 files open without the old key',
    'b'.repeat(40),
    'c'.repeat(40),
    '- `/media/usb/prod.age`',
    '- `flux-system/apps`',
    '- `docs/keys.md`',
    '- `apps/edited.sops.yaml`',
    'flux-ops age restore BACKUP --key-file',
  ])
    expect(text).toContain(part)
})

test('it names every value of a compromised key, each on a line of its own, and says why', () => {
  const text = report({ compromised: true, values: VALUES })

  expect(valueLines({ values: VALUES })).toEqual([
    'apps/db.sops.yaml (Secret db): stringData.user',
    'apps/db.sops.yaml (Secret db): stringData.password',
    'ci/token.sops.json: data',
  ])
  for (const line of valueLines({ values: VALUES })) expect(text).toContain(`\n- \`${line}\`\n`)
  expect(text).toContain('## To be replaced at their providers\n\nThe old key opens every commit before this rotation')
})

test('it speaks of providers only when the key is in other hands', () => {
  expect(report()).not.toContain('providers')
})

test('it holds no private key, nor anything of the facts that it was not asked for', () => {
  const text = report({ compromised: true, values: VALUES }, { ...FACTS, 'add-key': { ...FACTS['add-key'], more: oldKey.secret.reveal() } })

  expect(text).not.toMatch(/AGE-SECRET-KEY|redacted/)
})

test('nothing in it is empty or undefined when a run has few facts', () => {
  const text = report({}, {})

  expect(text).not.toMatch(/undefined|null|\[object/)
  expect(text).not.toMatch(/## [^\n]+\n+## /)
})

describe('text of the repository', () => {
  test('makes no Markdown, and no line of its own', () => {
    const text = report({ values: [{ file: 'a`@all`.yaml', object: 'Secret x\n# pwned', names: ['[a](http://x)'] }] })

    expect(text).toContain('- `a @all .yaml (Secret x # pwned): [a](http://x)`\n')
    expect(text.split('\n').filter((line) => line.startsWith('# '))).toEqual(['# Rotation of an age key'])
  })
})

test('a post-quantum recipient is shortened, and both its ends are there', () => {
  const long = `age1pq1${'q'.repeat(1_940)}theveryend`

  const text = report({ old: long }, { ...FACTS, 'add-key': { recipient: long } })

  expect(text.match(/^- (?:old|new) key `age1pq1q+\.\.\.q+theveryend`$/gm)).toHaveLength(2)
})
