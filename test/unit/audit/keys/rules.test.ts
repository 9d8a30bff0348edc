// Every rule about keys is asked in worlds where it holds, where it does not, and where nobody can know; the worlds are data in outcomes/*.ts.
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { KEYS_RULES } from '../../../../src/audit/keys/index.ts'
import type { RuleReport } from '../../../../src/audit/model.ts'
import { fails, runAudit } from '../../../../src/audit/run.ts'
import { outcomes as cluster } from './outcomes/cluster.ts'
import { outcomes as inClear } from './outcomes/in-clear.ts'
import type { OutcomeTable, Scenario } from './outcomes/outcome.ts'
import { outcomes as rules } from './outcomes/rules.ts'
import { outcomes as sealedFiles } from './outcomes/sealed-files.ts'
import { parts, worldOf } from './world.ts'

const outcomes: OutcomeTable = { ...inClear, ...sealedFiles, ...rules, ...cluster }

const ask = (id: string, scenario?: Scenario): RuleReport => {
  const made = parts()
  scenario?.change(made)
  const [report] = runAudit(
    KEYS_RULES.filter((rule) => rule.id === id),
    worldOf(made),
  )
  if (report === undefined) throw new Error(`no rule is called ${id}`)
  return report
}

const wordsOf = (report: RuleReport): string => JSON.stringify(report)

describe('the rules about keys', () => {
  it('each have scenarios', () => {
    expect(Object.keys(outcomes).sort()).toEqual(KEYS_RULES.map(({ id }) => id).sort())
  })

  it('hold in the world that all scenarios start from, so that what a scenario changes is what makes the difference', () => {
    const told = runAudit(KEYS_RULES, worldOf(parts())).map(({ id, status }) => `${id} ${status}`)

    expect(told.sort()).toEqual(KEYS_RULES.map(({ id }) => `${id} holds`).sort())
  })

  it('have ids that say nothing twice, titles that are sentences, and a paragraph in the README', async () => {
    const readme = await readFile(new URL('../../../../runbooks/audit-keys/README.md', import.meta.url), 'utf8')
    const paragraphs = new Map(
      readme.split(/^#+ /m).map((part) => [part.split('\n')[0] ?? '', part.split('\n').slice(1).join('\n').trim()] as const),
    )

    expect(new Set(KEYS_RULES.map(({ id }) => id)).size).toBe(KEYS_RULES.length)
    for (const { id, title, reason, fix, source } of KEYS_RULES) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/)
      for (const text of [title, reason, fix, source]) expect(text.length, id).toBeGreaterThan(10)
      expect(paragraphs.get(id)?.length ?? 0, `paragraph of ${id}`).toBeGreaterThan(40)
    }
  })
})

describe.each(Object.entries(outcomes))('%s', (id, { found, unknown, holds = [], skipped = [] }) => {
  const scenarios = [
    ...found.map((scenario) => ({ status: 'found', given: scenario.given, scenario })),
    ...(typeof unknown === 'string' ? [] : unknown).map((scenario) => ({ status: 'unknown', given: scenario.given, scenario })),
    ...holds.map((scenario) => ({ status: 'holds', given: scenario.given, scenario })),
    ...skipped.map((scenario) => ({ status: 'skipped', given: scenario.given, scenario })),
  ]

  it.each(scenarios)('is $status where $given', ({ status, scenario }) => {
    const report = ask(id, scenario)

    expect(report.status, wordsOf(report)).toBe(status)
    if (scenario.says) expect(wordsOf(report)).toMatch(scenario.says)
    for (const { cause } of report.unknown) expect(cause).not.toBe('')
  })
})

describe('an audit', () => {
  it('tells what was found first, worst first, then what could not be known', () => {
    const made = parts()
    made.seal('apps/db.sops.yaml', [[made.keysIn.size === 0 ? 'age1nobody' : '']])
    made.cluster = { unread: 'the API server cannot be reached' }

    const told = runAudit(KEYS_RULES, worldOf(made)).map(({ status, severity }) => `${status} ${severity}`)

    const order = [
      'found error',
      'found warning',
      'found info',
      'unknown error',
      'unknown warning',
      'skipped error',
      'holds error',
      'holds warning',
      'holds info',
    ]
    expect(told).toEqual([...told].sort((one, other) => order.indexOf(one) - order.indexOf(other)))
    expect(told[0]).toBe('found error')
    expect(told).toContain('unknown error')
  })

  const failing = (change: (made: ReturnType<typeof parts>) => void, level: 'error' | 'warning'): boolean => {
    const made = parts()
    change(made)
    return fails(runAudit(KEYS_RULES, worldOf(made)), level, KEYS_RULES)
  }

  it('fails at the level that was asked for, and above', () => {
    const misspelled = (made: ReturnType<typeof parts>): void =>
      void made.files.set('.sops.yaml', (made.files.get('.sops.yaml') ?? '').replace('creation_rules:\n', 'stage: 1\ncreation_rules:\n'))

    expect(failing(() => undefined, 'warning')).toBe(false)
    expect(failing(misspelled, 'error')).toBe(false)
    expect(failing(misspelled, 'warning')).toBe(true)
  })

  it('fails where an answer of that level could not be had, and not where nobody wanted one', () => {
    expect(failing((made) => void Object.assign(made, { cluster: { unread: 'gone' } }), 'error')).toBe(true)
    expect(failing((made) => void Object.assign(made, { cluster: undefined }), 'warning')).toBe(false)
  })

  it('never repeats a value of a Secret or a key', () => {
    const made = parts()
    const key = 'AGE-SECRET-KEY-1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE6'
    made.files.set('a.yaml', `apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  password: hunter22\n  k: ${key}\n`)
    made.files.set('.sops.yaml', `creation_rules:\n  - age: ${key}\n`)
    made.files.set('.flux-ops.yaml', `recipients:\n  - name: a\n    recipient: ${key}\n`)

    expect(JSON.stringify(runAudit(KEYS_RULES, worldOf(made)))).not.toMatch(/hunter22|QPZRY9/)
  })

  it('tells commands that can be copied, whatever a file is called', () => {
    const made = parts()
    made.files.set("apps/it's; rm -rf x.sops.yaml", 'a: 1\n')

    const [finding] = runAudit(KEYS_RULES, worldOf(made)).flatMap(({ findings }) => findings)

    expect(finding?.fix).toBe(`sops encrypt --in-place 'apps/it'\\''s; rm -rf x.sops.yaml'`)
  })

  it('is not held up by text that was made to be slow', () => {
    const made = parts()
    const blank = `${' '.repeat(200)}\n`.repeat(5_000)
    made.files.set('a.yaml', `kind: Secret\npatches:\n${blank}${'patch:\n'.repeat(20_000)}decryption`)
    made.files.set('b.txt', `-----BEGIN OPENSSH PRIVATE KEY-----${' '.repeat(500_000)}${'AGE-SECRET-KEY-1Q'.repeat(20_000)}`)
    made.files.set('c.sops.yaml', `a: ${'ENC[AES256_GCM,data:'.repeat(40_000)}`)
    made.files.set('apps/kustomization.yaml', `secretGenerator:\n${'  - path: "'.repeat(20_000)}${' '.repeat(200_000)}`)
    made.files.set('.sops.yaml', `# ${'&'.repeat(500_000)}\n${made.files.get('.sops.yaml')}`)

    expect(runAudit(KEYS_RULES, worldOf(made))).toHaveLength(KEYS_RULES.length)
  })
})
