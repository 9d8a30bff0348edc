// States that real controllers of both releases were brought into, all of them at once: each is found, with its cause in front and nothing else beside it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Diagnosis } from '../../src/diagnosis/diagnose.ts'
import { bundled } from './bundled.ts'
import { causesIn, RecoverDesk } from './desk.ts'
import { isOn } from './scenario.ts'
import { builds } from './scenarios/builds.ts'
import { deletions } from './scenarios/deletions.ts'
import { dependencies, quiet } from './scenarios/dependencies.ts'
import { others } from './scenarios/others.ts'
import { refused } from './scenarios/refused.ts'
import { releases } from './scenarios/releases.ts'
import { sources } from './scenarios/sources.ts'

const SCENARIOS = [...sources, ...builds, ...refused, ...deletions, ...dependencies, ...releases, ...others]

describe.each(['2.7.3', '2.9.2'])('with the controllers of Flux %s', (flux) => {
  const scenarios = SCENARIOS.filter(isOn(flux))
  let desk: RecoverDesk
  let found: Diagnosis

  beforeAll(async () => {
    desk = await RecoverDesk.open(flux)
    await desk.provoke([...scenarios, ...quiet])
    found = await desk.until(scenarios.map((scenario) => scenario.expects(desk.place(scenario))))
  }, 400_000)
  afterAll(() => desk?.close())

  test.each(scenarios.map((scenario) => ({ title: scenario.title, scenario })))(
    '$title is found, and what waits for it is not named as a cause',
    ({ scenario }) => {
      const place = desk.place(scenario)
      const expected = scenario.expects(place)

      const causes = causesIn(found, place)

      expect(causes).toMatchObject([{ object: expected.object, state: expected.state, blocks: [...expected.blocks].sort() }])
      expect(causes[0]?.evidence.map(({ text }) => text).join('\n')).toMatch(expected.says)
    },
  )

  test('all of them are found in a bundle as they are in the cluster', async () => {
    const { live, found, result } = await bundled(desk)

    expect(found).toEqual(live)
    expect(result.same).toBe(true)
    expect(found.causes.map(({ state }) => state)).toEqual(
      expect.arrayContaining(scenarios.map((one) => one.expects(desk.place(one)).state)),
    )
  })

  test.each(quiet.map((scenario) => ({ title: scenario.title, scenario })))('$title is told, and is no cause', ({ scenario }) => {
    const place = desk.place(scenario)

    expect(causesIn(found, place)).toEqual([])
    expect(found.suspended.map(({ object }) => object)).toContain(scenario.suspended(place))
  })
})
