// Facts of the releases that are dangerous enough to be asked: one check a fact, from the same data that the plan shows.
import type { Check } from '../../../src/engine/model.ts'
import { FACTS, type ReleaseFact } from '../../../src/flux/catalogue/facts/index.ts'
import { outlookOf } from '../facts.ts'
import type { UpgradeInput } from '../input.ts'
import { fail, pass } from './results.ts'

const checkOf = (fact: ReleaseFact, severity: 'warning' | 'error'): Check<UpgradeInput> => ({
  id: fact.id,
  title: fact.holds ?? fact.title,
  severity,
  probe: async (ctx, input) => {
    const { judged } = await outlookOf(ctx, input)
    const mine = judged.find((each) => each.fact.id === fact.id)
    if (mine === undefined) return { status: 'skip', reason: 'no release on the way changes it' }
    const { objects, unknown } = mine.finding
    if (objects.length > 0) {
      const rest = unknown === undefined ? [] : [{ where: 'not known', what: unknown }]
      return fail(fact.id, `${fact.title}: ${fact.breaks}`, { items: [...objects, ...rest], hints: [fact.fix, fact.source] })
    }
    return unknown === undefined ? pass() : { status: 'unknown', cause: unknown, hints: [fact.fix, fact.source] }
  },
})

export const factChecks: readonly Check<UpgradeInput>[] = FACTS.flatMap((fact) =>
  fact.severity === 'note' ? [] : [checkOf(fact, fact.severity)],
)
