// States that real controllers of both releases were brought into, all of them at once: each is found, with its cause in front and nothing else beside it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Diagnosis } from '../../src/diagnosis/diagnose.ts'
import type { Finding } from '../../src/diagnosis/finding.ts'
import { bundled } from './bundled.ts'
import { causesIn, RecoverDesk } from './desk.ts'
import { record } from './results.ts'
import { isOn } from './scenario.ts'
import { quiet } from './scenarios/dependencies.ts'
import { SCENARIOS } from './scenarios/index.ts'
import { RELEASES } from './table.ts'
import { writeTable } from './write-table.ts'

/** Those that are put right, among others: what is not is not tried. */
const isReset = ({ fixes }: Finding): boolean => fixes.some(({ rank, remedy }) => rank === 'safe' && remedy?.does === 'reset')

describe.each(RELEASES)('with the controllers of Flux %s', (flux) => {
  const scenarios = SCENARIOS.filter(isOn(flux))
  let desk: RecoverDesk
  let found: Diagnosis

  beforeAll(async () => {
    for (const { id } of scenarios) record('provoked', id, flux, { found: false })
    desk = await RecoverDesk.open(flux)
    await desk.startSsh()
    await desk.provoke([...scenarios, ...quiet])
    found = await desk.until(scenarios.map((scenario) => scenario.expects(desk.place(scenario))))
  }, 1_200_000)
  afterAll(async () => {
    writeTable()
    await desk?.close()
  })

  test.each(scenarios.map((scenario) => ({ title: scenario.title, scenario })))(
    '$title is found, and what waits for it is not named as a cause',
    ({ scenario }) => {
      const place = desk.place(scenario)
      const expected = scenario.expects(place)

      const causes = causesIn(found, place)

      const said = causes.flatMap(({ evidence }) => evidence.map(({ text }) => text)).join('\n')
      expect(causes, said).toMatchObject([{ object: expected.object, state: expected.state, blocks: [...expected.blocks].sort() }])
      expect(said).toMatch(expected.says)
      record('provoked', scenario.id, flux, { found: true, ...(scenario.mended === undefined ? {} : { healed: false }) })
    },
  )

  test('all of them are found in a bundle as they are in the cluster', async () => {
    const wanted = scenarios.map((one) => one.expects(desk.place(one)).state)
    let missing = wanted

    // A controller that is just at it again says nothing of the state for that moment.
    for (let attempt = 0; attempt < 5 && missing.length > 0; attempt++) {
      const { live, found, result } = await bundled(desk)
      expect(found).toEqual(live)
      expect(result.same).toBe(true)
      const states = found.causes.map(({ state }) => state)
      missing = wanted.filter((state) => !states.includes(state))
    }

    expect(missing).toEqual([])
  })

  test.each(quiet.map((scenario) => ({ title: scenario.title, scenario })))('$title is told, and is no cause', ({ scenario }) => {
    const place = desk.place(scenario)

    expect(causesIn(found, place)).toEqual([])
    expect(found.suspended.map(({ object }) => object)).toContain(scenario.suspended(place))
  })

  describe('once a person has put it right', () => {
    const mendable = scenarios.filter(({ mended }) => mended !== undefined)

    beforeAll(async () => {
      for (const scenario of mendable) await desk.mend(scenario)
      // What was put right may have been taken up already: then nothing is left to be done about it.
      await desk.flux('recover', 'fix', '--only-safe', '--yes', '--timeout', '120')
      for (const { object } of (await desk.diagnosis()).causes.filter(isReset)) await desk.flux('recover', 'fix', object, '--yes')
    }, 1_200_000)

    test.each(mendable.map((scenario) => ({ title: scenario.title, scenario })))(
      '$title is well again, by what is safe',
      async ({ scenario }) => {
        const place = desk.place(scenario)
        const { object, state } = scenario.expects(place)

        const isNamed = ({ causes }: Diagnosis): boolean => causes.some((one) => one.object === object)
        const diagnosis = await desk.once((one) => !isNamed(one), 60_000)

        expect(isNamed(diagnosis)).toBe(false)
        await desk.stands(object, state.startsWith('deletion-') ? /^gone$/ : /^(True|none)$/)
        record('provoked', scenario.id, flux, { found: true, healed: true })
      },
    )
  })
})
