// The parts of the backup, each made as it was. What is there already stays, and what this run has made is taken back by it.
import { plant } from '../../../src/actions/plant.ts'
import { nameOf } from '../../../src/actions/resources.ts'
import { sideBySide } from '../../../src/actions/side-by-side.ts'
import { type Seen, waitFor } from '../../../src/actions/wait-for.ts'
import type { Facts, View, WriteStep } from '../../../src/engine/model.ts'
import type { Content, Kept, Part } from '../../../src/flux/installation/content.ts'
import { held } from '../../../src/flux/installation/revive.ts'
import { kindOfObject } from '../../../src/flux/kinds.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import { contentOf } from '../open.ts'
import type { RestorePlan } from '../plan-schema.ts'
import { areMade, labelOf } from '../standing.ts'

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

/** The server's refusal names the object, and why; what was made before it stays until the run is taken back. */
export async function make(ctx: Context, all: readonly Kept[], said: string): Promise<Facts> {
  let made = 0
  await sideBySide(all, AT_ONCE, async (kept) => {
    ctx.signal.throwIfAborted()
    await plant(ctx.kube, kept)
    made += 1
    ctx.progress({ waitingFor: said, lastSeen: `${made} of ${all.length}` })
  })
  return { made }
}

async function unmakeOne({ kube }: Context, { resource, object }: Kept): Promise<void> {
  const live = await kube.get(resource, nameOf(object), { metadataOnly: true })
  if (live === undefined) return
  // A finalizer of Flux would wait for a controller that is not there any more; those of a namespace and of a CRD see that they are empty.
  if (kindOfObject(object) !== undefined && (live.metadata.finalizers ?? []).length > 0)
    await kube.patch(resource, nameOf(object), 'merge', { metadata: { finalizers: null } }, { metadataOnly: true })
  await kube.delete(resource, nameOf(object))
}

/** Until they are gone: what is being deleted would refuse whatever is made in it next. */
export async function unmake(ctx: Context, all: readonly Kept[]): Promise<void> {
  await sideBySide(all, AT_ONCE, (kept) => unmakeOne(ctx, kept))
  const probe = async (): Promise<Seen<true>> => {
    const live = await sideBySide(all, AT_ONCE, ({ resource, object }) => ctx.kube.get(resource, nameOf(object), { metadataOnly: true }))
    const left = all.filter((_one, at) => live[at] !== undefined).map(labelOf)
    return left.length === 0 ? { done: true, value: true } : { done: false, lastSeen: left.slice(0, 5).join(', ') }
  }
  const hints = ['what keeps them:  kubectl get namespaces, and their conditions', 'then:  flux-ops runs abandon, once more']
  await waitFor(ctx, { waitingFor: 'what was made to be gone', timeoutMs: 180_000, code: 'not-gone', hints, probe })
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
  undoPreview: ({ plan }) => (plan.made[part] ?? []).map((label) => `delete ${label}`),
})
