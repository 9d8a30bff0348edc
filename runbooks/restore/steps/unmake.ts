// What the run has made is deleted again; data that came into the cluster meanwhile, and whatever holds it, is not.
import { CLAIM, heldIn, isOfKubernetes } from '../../../src/actions/held-in.ts'
import { CRD, idOf, NAMESPACE, nameOf } from '../../../src/actions/resources.ts'
import { sideBySide } from '../../../src/actions/side-by-side.ts'
import { resourceOfCrdObject } from '../../../src/actions/system-objects.ts'
import { type Seen, waitFor } from '../../../src/actions/wait-for.ts'
import type { Kept } from '../../../src/flux/installation/content.ts'
import { kindOfObject } from '../../../src/flux/kinds.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import type { KubeObject, KubeReader } from '../../../src/ports/kube.ts'
import { isMade, labelOf } from '../standing.ts'

const AT_ONCE = 8

/** An object of the kind that it defines. */
async function ofCrd(kube: KubeReader, crd: KubeObject): Promise<string | undefined> {
  const resource = resourceOfCrdObject(crd)
  const [one] = await kube.list(resource, { metadataOnly: true, atMost: 1 })
  return one && `${resource.kind} ${idOf(one)}`
}

/** What it still holds. */
async function holding(kube: KubeReader, { resource, object }: Kept): Promise<string | undefined> {
  if (resource.kind === NAMESPACE.kind) return heldIn(kube, object.metadata.name)
  return resource.kind === CRD.kind ? ofCrd(kube, object) : undefined
}

/** A line on why it is left, or undefined: it is gone, or goes. */
async function unmakeOne({ kube }: Context, kept: Kept): Promise<string | undefined> {
  const { resource, object } = kept
  const live = await kube.get(resource, nameOf(object))
  if (live === undefined) return undefined
  const label = labelOf(kept)
  if (!isMade(live, kept)) return isOfKubernetes(resource.kind, live) ? undefined : `${label} stays: this run has not made it`
  if (resource.kind === CLAIM.kind) return `${label} stays: it may hold data`
  const inIt = live.metadata.deletionTimestamp === undefined ? await holding(kube, kept) : undefined
  if (inIt !== undefined) return `${label} stays: it holds ${inIt}`
  // A finalizer of Flux would wait for a controller that is not there any more; those of a namespace and of a CRD see that they are empty.
  if (kindOfObject(object) !== undefined && (live.metadata.finalizers ?? []).length > 0)
    await kube.patch(resource, nameOf(object), 'merge', { metadata: { finalizers: null } }, { metadataOnly: true })
  await kube.delete(resource, nameOf(object))
  return undefined
}

/** Until they are gone: what is being deleted would refuse whatever is made in it next. */
async function untilGone(ctx: ReadContext, all: readonly Kept[]): Promise<void> {
  const probe = async (): Promise<Seen<true>> => {
    const live = await sideBySide(all, AT_ONCE, ({ resource, object }) => ctx.kube.get(resource, nameOf(object), { metadataOnly: true }))
    const left = all.filter(({ resource }, at) => live[at] !== undefined && !isOfKubernetes(resource.kind, live[at])).map(labelOf)
    return left.length === 0 ? { done: true, value: true } : { done: false, lastSeen: left.slice(0, 5).join(', ') }
  }
  const hints = ['what keeps them:  kubectl get namespaces, and their conditions', 'then:  flux-ops runs abandon, once more']
  await waitFor(ctx, { waitingFor: 'what was made to be gone', timeoutMs: 180_000, code: 'not-gone', hints, probe })
}

const HOLDERS = [CRD.kind, NAMESPACE.kind]

/** Gives what stays, a line each: claims, and namespaces and CRDs that hold what this run has not made. */
export async function unmake(ctx: Context, all: readonly Kept[]): Promise<readonly string[]> {
  const stays: string[] = []
  // What holds others comes after them.
  for (const kind of [undefined, ...HOLDERS]) {
    const these = all.filter(({ resource }) => (kind === undefined ? !HOLDERS.includes(resource.kind) : resource.kind === kind))
    const said = await sideBySide(these, AT_ONCE, (kept) => unmakeOne(ctx, kept))
    stays.push(...said.filter((line) => line !== undefined))
    await untilGone(
      ctx,
      these.filter((_kept, at) => said[at] === undefined),
    )
  }
  return stays
}
