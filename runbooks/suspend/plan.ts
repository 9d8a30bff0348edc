// What is to be suspended, as it is now.
import { seenNow } from '../../src/actions/suspension/choose.ts'
import { targetOf } from '../../src/actions/suspension/target.ts'
import { rfc3339 } from '../../src/flux/time-spans.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { chosenOf } from './chosen.ts'
import type { SuspendInput } from './input.ts'
import { planSchema, type SuspendPlan } from './plan-schema.ts'

export async function makePlan(ctx: ReadContext, input: SuspendInput): Promise<SuspendPlan> {
  const [identity, seen] = await Promise.all([ctx.kube.identity(), seenNow(ctx)])
  const now = rfc3339(ctx.clock.now())
  const { targets } = await chosenOf(ctx, input, seen)
  return planSchema.parse({
    clusterUid: identity.uid,
    context: identity.context,
    namespace: ctx.target.namespace,
    owner: input.owner ?? ctx.operator,
    reason: input.reason,
    until: input.until ?? null,
    targets: targets.flatMap((object) => targetOf(object, now) ?? []),
    madeAt: now,
  })
}
