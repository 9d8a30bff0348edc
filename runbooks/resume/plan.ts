// What is let go and in which order, as it is now.
import { seenNow } from '../../src/actions/suspension/choose.ts'
import { resumeLayers } from '../../src/actions/suspension/order.ts'
import { labelOf, targetOf } from '../../src/actions/suspension/target.ts'
import { rfc3339 } from '../../src/flux/time-spans.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import { chosenOf } from './chosen.ts'
import type { ResumeInput } from './input.ts'
import { planSchema, type ResumePlan } from './plan-schema.ts'

export async function makePlan(ctx: ReadContext, input: ResumeInput): Promise<ResumePlan> {
  const [identity, seen] = await Promise.all([ctx.kube.identity(), seenNow(ctx)])
  const now = rfc3339(ctx.clock.now())
  const chosen = await chosenOf(ctx, input, seen)
  const targets = chosen.targets.flatMap((object) => targetOf(object, now) ?? [])
  return planSchema.parse({
    clusterUid: identity.uid,
    context: identity.context,
    namespace: ctx.target.namespace,
    operator: ctx.operator,
    once: input.once,
    layers: resumeLayers([...chosen.targets, ...seen.objects], targets.map(labelOf)),
    targets,
    timeoutMs: input.timeoutSeconds * 1000,
    madeAt: now,
  })
}
