// A chain of hops is the steps of one hop, once for each of them. A step knows nothing of the chain: it gets the plan of its own hop, the
// facts of its own hop, and an id that says which hop it is of.
import { hopKey } from '../../src/actions/hop-ids.ts'
import type { Facts, Step, View, WriteStep } from '../../src/engine/model.ts'
import type { Context, ReadContext } from '../../src/ports/context.ts'
import type { Leg, PlannedHop, UpgradePlan } from './plan-schema.ts'

/** The plan as the steps of one hop see it. */
export function planOfHop(plan: UpgradePlan, hops: readonly PlannedHop[], index: number): UpgradePlan {
  const hop = hops[index]
  if (!hop) return plan
  const { hops: _chain, ...rest } = plan
  const { from, to, why, migrate, pins, promotions } = hop
  const before = hops[index - 1]
  const leg: Leg = {
    key: hopKey(to),
    previous: before && hopKey(before.to),
    later: hops.slice(index + 1).map((each) => each.to),
  }
  return { ...rest, from, to, why, migrate, pins, promotions, storage: before ? [] : plan.storage, leg }
}

/** The plans of all hops; of a single hop the plan itself. */
export const legPlans = (plan: UpgradePlan): readonly UpgradePlan[] =>
  plan.hops === undefined ? [plan] : plan.hops.map((_hop, index, hops) => planOfHop(plan, hops, index))

/** The hop that a step id is of, and the id that the step has in a single hop. */
export function legOf(plan: UpgradePlan, stepId: string): { readonly id: string; readonly hop: UpgradePlan | undefined } {
  const hop = legPlans(plan).find((each) => each.leg !== undefined && stepId.endsWith(`-${each.leg.key}`))
  return hop?.leg === undefined ? { id: stepId, hop: undefined } : { id: stepId.slice(0, -hop.leg.key.length - 1), hop }
}

/** Facts of one hop under the ids that its steps know; those of the run as a whole stay. */
export function factsOfLeg(facts: Readonly<Record<string, Facts>>, key: string): Record<string, Facts> {
  const ours = Object.entries(facts).filter(([id]) => id.endsWith(`-${key}`))
  return { ...facts, ...Object.fromEntries(ours.map(([id, fact]) => [id.slice(0, -key.length - 1), fact])) }
}

type Upgrading = View<UpgradePlan>

const inLeg = (view: Upgrading, plan: UpgradePlan, key: string): Upgrading => ({ ...view, plan, facts: factsOfLeg(view.facts, key) })

/** Whether the hop before is proven. Until then nothing of this one can be done, whatever the world looks like. */
const isReached = (view: Upgrading, { previous }: Leg): boolean => previous === undefined || view.facts[`verify-${previous}`] !== undefined

function writeInLeg(step: WriteStep<UpgradePlan>, plan: UpgradePlan, leg: Leg): WriteStep<UpgradePlan> {
  const { undo, undoPreview, factsWhenDone } = step
  const own = (view: Upgrading): Upgrading => inLeg(view, plan, leg.key)
  return {
    ...step,
    id: `${step.id}-${leg.key}`,
    title: `${plan.to}: ${step.title}`,
    preview: (view) => step.preview(own(view)),
    isDone: async (ctx, view) => isReached(view, leg) && step.isDone(ctx, own(view)),
    run: (ctx, view) => step.run(ctx, own(view)),
    ...(factsWhenDone && { factsWhenDone: (ctx: ReadContext, view: Upgrading) => factsWhenDone.call(step, ctx, own(view)) }),
    ...(undoPreview && { undoPreview: (view: Upgrading) => undoPreview.call(step, own(view)) }),
    ...(undo && { undo: (ctx: Context, view: Upgrading) => undo.call(step, ctx, own(view)) }),
  }
}

/** A step of one hop as a step of the chain. */
export function onLeg(step: Step<UpgradePlan>, plan: UpgradePlan): Step<UpgradePlan> {
  const { leg } = plan
  if (!leg) return step
  if (step.kind === 'write') return writeInLeg(step, plan, leg)
  const named = { id: `${step.id}-${leg.key}`, title: `${plan.to}: ${step.title}` }
  const own = (view: Upgrading): Upgrading => inLeg(view, plan, leg.key)
  if (step.kind === 'read') {
    // A stop that is proven is where the chain can be left: abandon does not go behind it.
    const checkpoint = step.id === 'verify' && leg.later.length > 0
    return { ...step, ...named, ...(checkpoint && { checkpoint }), run: (ctx: ReadContext, view: Upgrading) => step.run(ctx, own(view)) }
  }
  return {
    ...step,
    ...named,
    instructions: (view) => step.instructions(own(view)),
    isDone: async (ctx, view) => isReached(view, leg) && step.isDone(ctx, own(view)),
  }
}
