// Each by what it says of itself. One that fails may say what it said of the try before, for a moment.

import { sideBySide } from '../../src/actions/side-by-side.ts'
import { type Seen as Looked, paceOf, waitFor } from '../../src/actions/wait-for.ts'
import type { Facts, ReadStep } from '../../src/engine/model.ts'
import { OpsError } from '../../src/errors.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { typedName } from './choose.ts'
import type { Fix, RecoverPlan } from './plan-schema.ts'
import { remedies } from './remedies/index.ts'
import type { Seen } from './remedies/remedy.ts'

const AT_ONCE = 8
const MOST_HINTS = 3

/** It says so for longer than a try that begins takes to say that it does. */
const SETTLED_MS = 15_000

interface Standing extends Seen {
  readonly fix: Fix
}

/** Characters: what a controller says may be long. */
const LONGEST = 2000

const lineOf = ({ fix, says }: Standing): string => `${fix.object}: ${says.slice(0, LONGEST)}`

const open = (all: readonly Standing[]): Standing[] => all.filter(({ how }) => how !== 'well')

function told(all: readonly Standing[]): Facts {
  const still = open(all)
  const well = all.length - still.length
  return { summary: `${well} of ${all.length} well`, well, still: still.map(lineOf), objects: still.map(({ fix }) => fix.object) }
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

/** What was asked for and has not come about. */
export function notWell(plan: RecoverPlan, facts: Readonly<Record<string, Facts>>): OpsError | undefined {
  const still = texts(facts.prove?.still)
  if (still.length === 0) return undefined
  const hints = texts(facts.prove?.objects)
    .slice(0, MOST_HINTS)
    .map((object) => `mend what it says, then:  flux-ops recover fix ${typedName(object)}`)
  const message = [`${still.length} of ${plan.fixes.length} still not well`, ...still].join('\n')
  return new OpsError({ code: 'still-not-well', message, hints: [...hints, 'flux-ops recover'], exit: 'partial' })
}

export async function proveAll(ctx: ReadContext, plan: RecoverPlan, token: string): Promise<Facts> {
  const failingSince = new Map<string, number>()
  let last: Standing[] = []
  const isSettled = ({ fix, how, says }: Standing): boolean => {
    if (how !== 'failing') {
      failingSince.delete(fix.object)
      return how === 'well'
    }
    const now = ctx.clock.now().getTime()
    const key = `${fix.object} ${says}`
    const since = failingSince.get(key) ?? now
    failingSince.set(key, since)
    return now - since >= SETTLED_MS
  }
  const probe = async (): Promise<Looked<void>> => {
    last = await sideBySide(plan.fixes, AT_ONCE, async (fix) => ({
      fix,
      ...(await remedies[fix.does].proof(ctx, fix, token, plan.madeAt)),
    }))
    const open = last.filter((one) => !isSettled(one))
    const [first] = open
    return first === undefined ? { done: true, value: undefined } : { done: false, lastSeen: lineOf(first) }
  }
  const waitingFor = plan.fixes.length === 1 ? `${plan.fixes[0]?.object} to be well` : `${plan.fixes.length} objects to be well`
  try {
    await waitFor(ctx, { waitingFor, timeoutMs: plan.timeoutMs, everyMs: paceOf(plan.fixes.length), code: 'proof-late', probe })
  } catch (error) {
    if (!(error instanceof OpsError) || error.code !== 'proof-late') throw error
  }
  return told(last)
}

export const prove: ReadStep<RecoverPlan> = {
  kind: 'read',
  id: 'prove',
  title: 'prove it by what each object says of itself',
  why: 'asked for is not done',
  run: (ctx, { plan, runId }) => proveAll(ctx, plan, runId),
}
