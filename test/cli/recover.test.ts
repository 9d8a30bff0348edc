// Some of the states that real controllers are brought into, and what the command says of them. All of them, with both releases: npm run test:recover.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Diagnosis } from '../../src/diagnosis/diagnose.ts'
import { causesIn, RecoverDesk } from '../recover/desk.ts'
import { dependencies, quiet } from '../recover/scenarios/dependencies.ts'
import { refused } from '../recover/scenarios/refused.ts'
import { releases } from '../recover/scenarios/releases.ts'
import { sources } from '../recover/scenarios/sources.ts'

const SAMPLE = ['git-credentials', 'immutable-field', 'dependency-cycle', 'retries-exhausted']
const SCENARIOS = [...sources, ...refused, ...dependencies, ...releases].filter(({ id }) => SAMPLE.includes(id))

let desk: RecoverDesk
let found: Diagnosis
let well: { readonly code: number | null; readonly stdout: string }

beforeAll(async () => {
  desk = await RecoverDesk.open('2.7.3')
  well = await desk.flux('recover')
  await desk.provoke([...SCENARIOS, ...quiet])
  found = await desk.until(SCENARIOS.map((scenario) => scenario.expects(desk.place(scenario))))
})
afterAll(() => desk?.close())

test('a cluster in which everything is ready is told so, with exit 0', () => {
  expect(well).toMatchObject({ code: 0, stdout: expect.stringMatching(/: all \d+ objects ready\n$/) })
})

test('the sample has every state that it names', () => {
  expect(SCENARIOS.map(({ id }) => id).sort()).toEqual([...SAMPLE].sort())
})

test.each(SAMPLE)('%s is found, and what waits for it is not named as a cause', (id) => {
  const scenario = SCENARIOS.find((one) => one.id === id)
  if (scenario === undefined) throw new Error(`no scenario ${id}`)
  const expected = scenario.expects(desk.place(scenario))

  const causes = causesIn(found, desk.place(scenario))

  expect(causes).toMatchObject([{ object: expected.object, state: expected.state, blocks: [...expected.blocks].sort() }])
})

test('a person reads how many causes there are, each with what it says, what waits for it and what to do, with exit 3', async () => {
  const { code, stdout } = await desk.flux('recover')

  expect(code).toBe(3)
  expect(stdout).toMatch(/^\S+: \d+ of \d+ objects not ready\. 4 causes\.\n/)
  expect(stdout).toContain('they wait for each other: ')
  expect(stdout).toContain('the server does not take the credentials')
  expect(stdout).toMatch(/→ needs a person: .+\n/)
  expect(stdout).toContain('✗ never: bootstrapping again to repair it')
})
