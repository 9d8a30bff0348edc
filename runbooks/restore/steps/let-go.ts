// Flux is let go, sources first; then it brings back from git all that git has, layer by layer.
import { asking, isWell, lookAtLayers, type Standing, waitForLayers, whyOf } from '../../../src/actions/layers.ts'
import { NAMESPACE, nameOf } from '../../../src/actions/resources.ts'
import { sideBySide } from '../../../src/actions/side-by-side.ts'
import { resumeLayers } from '../../../src/actions/suspension/order.ts'
import { needsOf } from '../../../src/diagnosis/needs.ts'
import type { Facts, ManualStep, View, WriteStep } from '../../../src/engine/model.ts'
import { isSuspended } from '../../../src/flux/conditions.ts'
import { standingStill } from '../../../src/flux/installation/brought.ts'
import type { Content, Kept } from '../../../src/flux/installation/content.ts'
import { letGoBody } from '../../../src/flux/installation/revive.ts'
import { objectLabel } from '../../../src/flux/kinds.ts'
import { switchOf } from '../../../src/flux/suspendable.ts'
import { HELD, MANAGER } from '../../../src/flux/suspension.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { contentOf } from '../open.ts'
import type { RestorePlan } from '../plan-schema.ts'
import { toMake } from './make.ts'

type RestoreView = View<RestorePlan>

/** On the namespace of Flux: a person says there that the data is back. */
const DATA = 'flux-ops.dev/data-restored'

export const dataStep: ManualStep<RestorePlan> = {
  kind: 'manual',
  id: 'data',
  title: 'put the data back',
  why: 'once it is let go, Flux makes empty volumes for what finds none',
  instructions: ({ plan, runId }) => [
    'Flux stands, and holds still: restore volumes and claims now (velero restore create …)',
    `when they are there:  kubectl --context ${plan.context} annotate namespace ${plan.namespace} ${DATA}=${runId}`,
    'then:  flux-ops runs resume',
  ],
  isDone: async (ctx, { plan, runId }) => (await ctx.kube.get(NAMESPACE, { name: plan.namespace }))?.metadata.annotations?.[DATA] === runId,
}

/** Those that the run holds: not what a person had suspended. */
const heldOf = (content: Content, plan: RestorePlan): Kept[] =>
  toMake(content, plan, 'objects').filter(({ object }) => switchOf(object) !== undefined && !isSuspended(object))

async function stillHeld(ctx: ReadContext, { plan, runId }: RestoreView): Promise<Kept[]> {
  const all = heldOf(await contentOf(ctx, plan), plan)
  const live = await sideBySide(all, 8, ({ resource, object }) => ctx.kube.get(resource, nameOf(object), { metadataOnly: true }))
  return all.filter((_one, at) => live[at]?.metadata.annotations?.[HELD] === runId)
}

async function letGo(ctx: Context, view: RestoreView): Promise<Facts> {
  const open = await stillHeld(ctx, view)
  const byLabel = new Map(open.map((kept) => [objectLabel(kept.object), kept]))
  for (const { resume } of resumeLayers(
    open.map(({ object }) => object),
    byLabel.keys(),
  )) {
    const kept = resume.flatMap((label) => byLabel.get(label) ?? [])
    await sideBySide(kept, 8, ({ resource, object }) =>
      ctx.kube.patch(resource, nameOf(object), 'merge', letGoBody(object), { fieldManager: MANAGER, metadataOnly: true }),
    )
  }
  return { letGo: open.length }
}

export const letGoStep: WriteStep<RestorePlan> = {
  kind: 'write',
  id: 'let-go',
  title: 'let Flux go',
  why: 'sources first, then what is made from them',
  preview: ({ plan }) => (plan.made.objects ?? []).map((label) => `patch ${label}: as suspended, or not, as it was`),
  pointOfNoReturn: 'from here on Flux applies what git says: what it makes is not taken back by this run',
  isDone: async (ctx, view) => (await stillHeld(ctx, view)).length === 0,
  run: letGo,
  factsWhenDone: async (ctx, { plan }) => ({ letGo: heldOf(await contentOf(ctx, plan), plan).length }),
}

/**
 * Pure. All that was there has to be there again, and Ready. What was not Ready, or needs what is suspended, may be so again: what it had applied is back.
 */
export function judging({ expected, header }: Pick<Content, 'expected' | 'header'>): (objects: readonly KubeObject[]) => Standing {
  const wanted = expected.map((one) => objectLabel(one as KubeObject))
  const waited = new Set(header.waiting)
  return (objects) => {
    const there = new Map(objects.map((object) => [objectLabel(object), object]))
    const still = standingStill(objects, needsOf)
    const ready: string[] = []
    const suspended: string[] = []
    const open = wanted.filter((label) => !there.has(label)).map((label) => `${label}: is not there yet`)
    for (const [label, object] of there) {
      if (isWell(object)) ready.push(label)
      else if (still.has(label) || waited.has(label)) suspended.push(label)
      else open.push(`${label}: ${whyOf(object)}`)
    }
    return { ready, suspended, open }
  }
}

export const layersStep: WriteStep<RestorePlan> = {
  kind: 'write',
  id: 'layers',
  title: 'have every layer come back, one after another',
  why: 'each is asked as soon as what it needs is Ready: by itself it would look again half a minute later',
  preview: () => ['flux reconcile, of each object whose dependencies have become Ready'],
  isDone: async (ctx, { plan }) => (await lookAtLayers(ctx, judging(await contentOf(ctx, plan)))).standing.open.length === 0,
  run: async (ctx, { plan, runId }) => {
    const standing = judging(await contentOf(ctx, plan))
    const { ready, suspended } = await waitForLayers(ctx, {
      timeoutMs: plan.input.timeoutSeconds * 1000,
      standing,
      each: asking(ctx, runId),
    })
    return { ready: ready.length, suspended: [...suspended] }
  },
}
