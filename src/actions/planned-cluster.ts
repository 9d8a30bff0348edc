// A plan holds for one cluster, whatever a context of that name points at by now.
import { refusal } from '../errors.ts'
import type { ReadContext } from '../ports/context.ts'

/** Throws OpsError (refused) `wrong-cluster`. */
export async function assertPlannedCluster(
  ctx: ReadContext,
  plan: { readonly clusterUid: string; readonly context: string },
): Promise<void> {
  const { uid, context } = await ctx.kube.identity()
  if (uid === plan.clusterUid) return
  throw refusal('wrong-cluster', `the plan is for cluster ${plan.clusterUid}, context ${context} is ${uid}`, `--context ${plan.context}`)
}
