// What is done, to which objects, as they are now.
import { askable } from '../../src/actions/reconcile.ts'
import { DEPLOYMENT, parseId, resourceOfObject } from '../../src/actions/resources.ts'
import { takeSnapshot } from '../../src/actions/take-snapshot.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { upstreamOf } from '../../src/diagnosis/edges.ts'
import type { Finding } from '../../src/diagnosis/finding.ts'
import type { Snapshot } from '../../src/diagnosis/snapshot.ts'
import { refusal } from '../../src/errors.ts'
import { kindOfObject, objectLabel } from '../../src/flux/kinds.ts'
import type { ReadContext } from '../../src/ports/context.ts'
import type { KubeObject, Resource } from '../../src/ports/kube.ts'
import { findingOf, leftLine, remediesOf, standing } from './choose.ts'
import type { Choice, RecoverInput } from './input.ts'
import { type Fix, planSchema, type RecoverPlan } from './plan-schema.ts'
import { remedies } from './remedies/index.ts'
import { addressOf } from './remedies/remedy.ts'

/** Controllers first, then sources, charts, and what applies them. */
const tierOf = (fix: Fix, object: KubeObject): number => (fix.at.kind === 'Deployment' ? -1 : (kindOfObject(object)?.tier ?? 9))

const resourceOfLabel = (object: KubeObject): Resource => (object.kind === 'Deployment' ? DEPLOYMENT : resourceOfObject(object))

/** As the API server has it now, whole: a snapshot may be clipped. One that has gone meanwhile is told by its proof, and stands in nobody's way. */
async function whole(ctx: ReadContext, { object: label }: Choice, seen: KubeObject | undefined): Promise<KubeObject> {
  const { name, namespace } = parseId(label.split(' ')[1] ?? '')
  if (seen === undefined) throw refusal('object-gone', `${label} is not there any more`, 'flux-ops recover')
  const found = (await ctx.kube.get(resourceOfLabel(seen), { name, namespace })) ?? seen
  return { ...found, apiVersion: seen.apiVersion, kind: seen.kind }
}

async function fixOf(
  ctx: ReadContext,
  input: RecoverInput,
  choice: Choice,
  snapshot: Snapshot,
  causes: readonly Finding[],
): Promise<[Fix, KubeObject]> {
  const finding = findingOf(causes, choice) as Finding
  const labelled = [...snapshot.objects, ...snapshot.deployments]
  const find = (label: string): KubeObject | undefined => labelled.find((one) => objectLabel(one) === label)
  const object = await whole(ctx, choice, find(choice.object))
  const first = upstreamOf(object, find).filter(askable)
  const fix: Fix = {
    object: choice.object,
    at: addressOf(resourceOfLabel(object), object),
    does: choice.does,
    state: finding.state,
    says: finding.says,
    blocks: finding.blocks.length,
    first: first.map((one) => addressOf(resourceOfObject(one), one)),
  }
  const to = remediesOf(finding).find(({ remedy }) => remedy.does === choice.does)?.remedy.to
  return [(await remedies[choice.does].details?.(ctx, { fix, object, to, snapshot, input })) ?? fix, object]
}

/** Throws OpsError (refused) where the cluster has moved, or a remedy cannot be had. */
export async function makePlan(ctx: ReadContext, input: RecoverInput): Promise<RecoverPlan> {
  const [identity, snapshot] = await Promise.all([ctx.kube.identity(), takeSnapshot(ctx, ctx.target.namespace)])
  const { causes } = diagnose(snapshot)
  const chosen = standing(causes, input)
  const fixes: [Fix, KubeObject][] = []
  for (const choice of chosen) fixes.push(await fixOf(ctx, input, choice, snapshot, causes))
  fixes.sort(([a, one], [b, other]) => tierOf(a, one) - tierOf(b, other))
  return planSchema.parse({
    clusterUid: identity.uid,
    context: identity.context,
    namespace: ctx.target.namespace,
    fixes: fixes.map(([fix]) => fix),
    left: causes.filter(({ object }) => !chosen.some((one) => one.object === object)).map(leftLine),
    timeoutMs: input.timeoutSeconds * 1000,
    madeAt: ctx.clock.now().toISOString(),
  })
}
