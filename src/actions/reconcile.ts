// Every object is asked to reconcile once, layer by layer: what an object depends on is Ready again before it is asked itself,
// because a controller that meets an unready dependency waits its whole requeue interval.
import type { Facts } from '../engine/model.ts'
import { isSuspended, reconciledSince, verdict } from '../flux/conditions.ts'
import { reconcileOrder } from '../flux/graph.ts'
import type { InstalledCrd } from '../flux/installed.ts'
import { kindOfObject, objectLabel } from '../flux/kinds.ts'
import type { BaselineEntry } from '../flux/readiness.ts'
import type { Context, ReadContext } from '../ports/context.ts'
import type { KubeObject } from '../ports/kube.ts'
import { readCrds, readObjects } from './cluster-survey.ts'
import { request, requested } from './requests.ts'
import { idOf } from './resources.ts'
import { sideBySide } from './side-by-side.ts'
import { paceOf, type Seen, waitFor } from './wait-for.ts'

const LIMIT = 10

/** Kinds that answer the annotation, and that nobody has suspended. Static ones (an OCI HelmRepository, an Alert) have no controller to answer. */
export const askable = (object: KubeObject): boolean =>
  kindOfObject(object)?.reconcilable === true &&
  !isSuspended(object) &&
  object.metadata.deletionTimestamp === undefined &&
  verdict(object).state !== 'static'

async function readAskable(ctx: ReadContext, crds: readonly InstalledCrd[]): Promise<KubeObject[]> {
  return (await readObjects(ctx.kube, crds)).filter(askable)
}

export const allRequested = async (ctx: ReadContext, token: string): Promise<boolean> =>
  (await readAskable(ctx, (await readCrds(ctx.kube)).crds)).every((object) => requested(object, token))

const dependenciesOf = (object: KubeObject): string[] =>
  (object.spec?.dependsOn ?? []).map(
    (each: { name: string; namespace?: string; kind?: string }) =>
      `${each.kind ?? object.kind} ${each.namespace ?? object.metadata.namespace}/${each.name}`,
  )

const keyOf = (object: KubeObject): string => `${object.kind} ${idOf(object)}`

/** Pure: sources first, then what depends on nothing that is left, and so on; members of a cycle share one layer. */
export function layersOf(objects: readonly KubeObject[]): KubeObject[][] {
  const { order } = reconcileOrder(objects)
  const depth = new Map<string, number>()
  const layers: KubeObject[][] = []
  for (const object of order) {
    const tier = kindOfObject(object)?.tier ?? 0
    const below = dependenciesOf(object).map((key) => depth.get(key) ?? -1)
    // Charts and sources are layers 0 and 1; what applies them starts at 2.
    const layer = Math.max(Math.min(tier, 2), ...below.map((each) => each + 1))
    depth.set(keyOf(object), layer)
    const members = layers[layer] ?? []
    members.push(object)
    layers[layer] = members
  }
  return layers.filter((layer) => layer !== undefined && layer.length > 0)
}

export interface Reconciled {
  readonly requested: number
  readonly layers: number
  /** Objects of inner layers that were not Ready again in time; verify tells about them. */
  readonly late: readonly string[]
  /** When the first of them was asked, ISO 8601. */
  readonly since: string
}

/** When the step of id `reconcile` began to ask; undefined when its end was never written down: then only our own token counts. */
export function askedAt(facts: Readonly<Record<string, Facts>>): string | undefined {
  const since = facts.reconcile?.since
  return typeof since === 'string' ? since : undefined
}

/** `before`: what was Ready at the start; only those are waited for between layers. */
export async function reconcileAll(
  ctx: Context,
  before: readonly BaselineEntry[],
  options: { readonly token: string; readonly timeoutMs: number },
): Promise<Reconciled> {
  const since = ctx.clock.now().toISOString()
  const { crds } = await readCrds(ctx.kube)
  const layers = layersOf(await readAskable(ctx, crds))
  const readyBefore = new Set(before.filter((entry) => entry.verdict.state === 'ready').map((entry) => entry.label))
  let late: string[] = []
  let count = 0
  for (const [index, layer] of layers.entries()) {
    await sideBySide(layer, LIMIT, async (object) => {
      ctx.signal.throwIfAborted()
      if (!requested(object, options.token)) await request(ctx.kube, object, options.token)
    })
    count += layer.length
    const last = index === layers.length - 1
    const awaited = layer.filter((object) => readyBefore.has(objectLabel(object)))
    // Only the kinds that are waited for are read again: a look at thousands of objects is work for the API server.
    const kinds = crds.filter((crd) => awaited.some((object) => object.kind === crd.kind))
    if (!last && late.length === 0) late = await settle(ctx, awaited.map(objectLabel), kinds, { ...options, since })
  }
  return { requested: count, layers: layers.length, late, since }
}

async function settle(
  ctx: Context,
  labels: readonly string[],
  kinds: readonly InstalledCrd[],
  options: { token: string; timeoutMs: number; since: string },
): Promise<string[]> {
  let open: string[] = []
  const probe = async (): Promise<Seen<string[]>> => {
    const wanted = new Set(labels)
    const now = (await readAskable(ctx, kinds)).filter((object) => wanted.has(objectLabel(object)))
    open = now
      .filter((object) => !(reconciledSince(object, options.token, options.since) && verdict(object).state === 'ready'))
      .map(objectLabel)
    return open.length === 0 ? { done: true, value: [] } : { done: false, lastSeen: shorten(open) }
  }
  try {
    return await waitFor(ctx, {
      waitingFor: 'what others depend on to be ready again',
      timeoutMs: options.timeoutMs,
      everyMs: paceOf(labels.length),
      code: 'layer-timeout',
      probe,
    })
  } catch (error) {
    if ((error as { code?: string }).code === 'layer-timeout') return open
    throw error
  }
}

/** The first few names and how many more. */
export const shorten = (names: readonly string[], limit = 4): string =>
  names.length <= limit ? names.join(', ') : `${names.slice(0, limit).join(', ')} and ${names.length - limit} more`
