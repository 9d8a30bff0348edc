// The parts of the backup, each made as it was. What is there already stays; what this run has made is taken back by unmake.ts.
import { isOfKubernetes } from '../../../src/actions/held-in.ts'
import { createAnew, giveManagers } from '../../../src/actions/plant.ts'
import { nameOf } from '../../../src/actions/resources.ts'
import { sideBySide } from '../../../src/actions/side-by-side.ts'
import type { Facts, View, WriteStep } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import { bare } from '../../../src/flux/installation/bare.ts'
import type { Content, Kept, Part } from '../../../src/flux/installation/content.ts'
import { held } from '../../../src/flux/installation/revive.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import { contentOf } from '../open.ts'
import type { RestorePlan } from '../plan-schema.ts'
import { areMade, isMade, labelOf, standsAs } from '../standing.ts'
import { unmake } from './unmake.ts'

const AT_ONCE = 8

type RestoreView = View<RestorePlan>

/** Those of the backup that were not in the cluster when the plan was made. */
export function toMake({ parts }: Content, { there }: RestorePlan, part: Part): Kept[] {
  const stay = new Set(there)
  return parts[part].filter((kept) => !stay.has(labelOf(kept)))
}

const wanted = async (ctx: ReadContext, { plan, runId }: RestoreView, part: Part): Promise<Kept[]> =>
  toMake(await contentOf(ctx, plan), plan, part).map(({ resource, object }) => ({
    resource,
    object: part === 'objects' ? held(object, runId) : object,
  }))

/** Of one that was there before us: ours from a run that was killed, made by Kubernetes with its namespace, the same anyway, or somebody's. */
async function takeUp({ kube }: Context, kept: Kept): Promise<void> {
  const { resource, object } = kept
  const live = await kube.get(resource, nameOf(object))
  if (live !== undefined && isMade(live, kept)) return giveManagers(kube, kept)
  if (live !== undefined && isOfKubernetes(resource.kind, live)) {
    await kube.patch(resource, nameOf(object), 'merge', bare(object), { metadataOnly: true })
    return giveManagers(kube, kept)
  }
  if (standsAs(live, kept) === 'same') return
  throw new OpsError({
    code: 'object-taken',
    message: `${labelOf(kept)} has come into the cluster since the plan was made, and is not what the backup has: it stays as it is`,
    hints: ['who needs it?  kubectl get it, with --show-managed-fields', 'without it:  kubectl delete it, then  flux-ops runs resume'],
  })
}

async function makeOne(ctx: Context, kept: Kept): Promise<void> {
  if (await createAnew(ctx.kube, kept)) return giveManagers(ctx.kube, kept)
  await takeUp(ctx, kept)
}

/** The server's refusal names the object, and why; what was made before it stays until the run is taken back. */
export async function make(ctx: Context, all: readonly Kept[], said: string): Promise<Facts> {
  let made = 0
  await sideBySide(all, AT_ONCE, async (kept) => {
    ctx.signal.throwIfAborted()
    await makeOne(ctx, kept)
    made += 1
    ctx.progress({ waitingFor: said, lastSeen: `${made} of ${all.length}` })
  })
  return { made }
}

interface PartStep {
  readonly part: Part
  readonly title: string
  readonly why: string
  readonly said: string
  /** More than making them. */
  readonly run?: (ctx: Context, all: readonly Kept[]) => Promise<Facts>
  readonly isDone?: (ctx: ReadContext, all: readonly Kept[]) => Promise<boolean>
}

/** Of a namespace, a CRD and a claim what is said is what has to hold for it. */
function unmadeLine(label: string): string {
  if (label.startsWith('Namespace ')) return `delete ${label}, if nothing is left in it`
  if (label.startsWith('CustomResourceDefinition ')) return `delete ${label}, if nobody has made an object of it`
  return label.startsWith('PersistentVolumeClaim ') ? `keep ${label}: it may hold data` : `delete ${label}`
}

export const partStep = ({ part, title, why, said, run, isDone }: PartStep): WriteStep<RestorePlan> => ({
  kind: 'write',
  id: part,
  title,
  why,
  preview: ({ plan }) => (plan.made[part] ?? []).map((label) => `create ${label}`),
  isDone: async (ctx, view) => {
    const all = await wanted(ctx, view, part)
    return (await areMade(ctx.kube, all)) && (isDone === undefined || (await isDone(ctx, all)))
  },
  factsWhenDone: async (ctx, view) => ({ made: (await wanted(ctx, view, part)).length }),
  run: async (ctx, view) => {
    const all = await wanted(ctx, view, part)
    return run === undefined ? make(ctx, all, said) : run(ctx, all)
  },
  undo: async (ctx, view) => unmake(ctx, (await wanted(ctx, view, part)).reverse()),
  undoPreview: ({ plan }) => (plan.made[part] ?? []).map(unmadeLine),
})
