// What of the backup is to be made, and what is in the cluster already: names, and nothing that is secret.

import { PARTS, type Part } from '../../src/flux/installation/content.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { RestoreInput } from './input.ts'
import { opened } from './open.ts'
import { planSchema, type RestorePlan } from './plan-schema.ts'
import { labelOf, standingOf } from './standing.ts'

/** Throws those of the file, and of the cluster. */
export async function makePlan(ctx: ReadContext, input: RestoreInput): Promise<RestorePlan> {
  const [identity, { content, sha256 }] = await Promise.all([ctx.kube.identity(), opened(ctx, input)])
  const standing = await standingOf(
    ctx.kube,
    PARTS.flatMap((part) => content.parts[part]),
  )
  const labels = (part: Part, isThere: boolean): string[] =>
    content.parts[part].filter((kept) => (standing.get(kept) !== 'missing') === isThere).map(labelOf)
  return planSchema.parse({
    clusterUid: identity.uid,
    context: identity.context,
    kubernetes: identity.version,
    namespace: content.header.namespace,
    input,
    sha256,
    header: content.header,
    made: Object.fromEntries(PARTS.map((part) => [part, labels(part, false)])) as RestorePlan['made'],
    there: PARTS.flatMap((part) => labels(part, true)),
    madeAt: ctx.clock.now().toISOString(),
  } satisfies RestorePlan)
}
