// Every check of the upgrade is asked through the engine in worlds where it passes, fails and cannot know. The scenarios are data in
// outcomes/*.ts: a check without all three fails here, and so does a scenario whose check says something else.
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { upgrade } from '../../../runbooks/upgrade/index.ts'
import { runChecks } from '../../../src/engine/checks.ts'
import type { CheckResult } from '../../../src/engine/model.ts'
import { isNever, type Outcomes, type OutcomeTable, type Scenario } from './outcomes/outcome.ts'
import { contextOf, world } from './outcomes/world.ts'

const FOLDER = fileURLToPath(new URL('./outcomes/', import.meta.url))
const NO_TABLE = ['world.ts', 'outcome.ts']

async function table(): Promise<OutcomeTable> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.ts') && !NO_TABLE.includes(file))
  const load = async (file: string) => (await import(/* @vite-ignore */ `${FOLDER}${file}`)) as { outcomes: OutcomeTable }
  const tables = (await Promise.all(files.map(load))).map((each) => each.outcomes)
  const ids = tables.flatMap((each) => Object.keys(each))
  if (new Set(ids).size !== ids.length) throw new Error(`a check is in two tables: ${ids.filter((id, at) => ids.indexOf(id) !== at)}`)
  return Object.assign({}, ...tables) as OutcomeTable
}

/**
 * Checks whose three outcomes need more than a table can say: id -> test file, relative to this one. The file has to expect each status of
 * that very check, so this is the exception and not the way round.
 */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'chart-has-target': './helm-checks.test.ts',
  'distribution-has-target': './operator-checks.test.ts',
  'forge-ready': './upgrade-forge.test.ts',
  'helm-release-safe': './helm-checks.test.ts',
  'operator-new-enough': './operator-checks.test.ts',
}

const known = await table()
const checks = new Map(upgrade.checks.map((check) => [check.id, check]))
const STATES = ['pass', 'fail', 'unknown'] as const

async function answer(id: string, scenario: Scenario): Promise<CheckResult> {
  const check = checks.get(id)
  if (check === undefined) throw new Error(`no check is called ${id}`)
  const made = world(scenario.from, scenario.to)
  scenario.change?.(made)
  const recorder = { record: async () => undefined, live: () => undefined }
  const [report] = await runChecks({ checks: [check] }, contextOf(made), made.input, {}, recorder)
  if (report === undefined) throw new Error(`${id} gave no report`)
  return report.result
}

const wordsOf = (result: CheckResult): string => JSON.stringify(result)

describe('every check of the upgrade', () => {
  it('has a scenario where it passes, one where it fails and one where it cannot know', () => {
    expect([...Object.keys(known), ...Object.keys(ELSEWHERE)].sort()).toEqual([...checks.keys()].sort())
  })

  it('that is tested elsewhere is named there, and each of its three answers is expected there', async () => {
    for (const [id, file] of Object.entries(ELSEWHERE)) {
      const text = await readFile(new URL(file, import.meta.url), 'utf8')
      expect(text, `${id} in ${file}`).toContain(id)
      for (const state of STATES) expect(text, `${id} ${state} in ${file}`).toMatch(new RegExp(`(status: |toBe\\(|toEqual\\()'${state}'`))
    }
  })

  it('has a paragraph of its own in the README, which its hint links to', async () => {
    const readme = await readFile(new URL('../../../runbooks/upgrade/README.md', import.meta.url), 'utf8')
    const parts = readme.split(/^#+ /m).map((part) => [part.split('\n')[0] ?? '', part.split('\n').slice(1).join('\n').trim()] as const)
    const paragraphs = new Map(parts)

    for (const id of checks.keys()) expect(paragraphs.get(id)?.length ?? 0, `paragraph of ${id}`).toBeGreaterThan(40)
  })

  it('passes in the world that all scenarios start from, so that what a scenario changes is what makes the difference', async () => {
    for (const id of checks.keys())
      expect(['pass', 'skip'], `${id} says ${wordsOf(await answer(id, { given: '' }))}`).toContain((await answer(id, { given: '' })).status)
  })

  it('can answer in all three ways but for these', () => {
    const never = Object.entries(known).flatMap(([id, outcomes]) =>
      STATES.filter((state) => isNever(outcomes[state])).map((state) => `${id} ${state}`),
    )
    expect(never.sort()).toEqual(['secrets-backed-up unknown', 'stale-managed-fields fail'])
  })
})

describe.each(Object.entries(known))('%s', (id, outcomes: Outcomes) => {
  const scenarios = STATES.flatMap((state) => {
    const scenario = outcomes[state]
    return isNever(scenario) ? [] : [{ state, given: scenario.given, scenario }]
  })

  it.each(scenarios)('is $state where $given', async ({ state, scenario }) => {
    const result = await answer(id, scenario)

    expect(result.status, wordsOf(result)).toBe(state)
    if (scenario.says) expect(wordsOf(result)).toMatch(scenario.says)
    if (result.status === 'fail') expect(result.hints).toContain(`runbooks/upgrade/README.md#${id}`)
    if (result.status === 'unknown') expect(result.cause).not.toBe('')
  })

  it('needs what the scenarios change: without it the check passes or is not asked', async () => {
    for (const { state, scenario } of scenarios.filter((each) => each.state !== 'pass')) {
      const { change: _left, ...bare } = scenario
      const result = await answer(id, bare)
      if (scenario.change !== undefined) expect(result.status, `${state}: ${wordsOf(result)}`).not.toBe(state)
    }
  })
})
