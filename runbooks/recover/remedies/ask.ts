// Asked to reconcile by the annotations that the flux CLI sets: once, after what it is made from, or to begin anew.
import { askable } from '../../../src/actions/reconcile.ts'
import { managerFor } from '../../../src/actions/requests.ts'
import { type Seen as Looked, waitFor } from '../../../src/actions/wait-for.ts'
import { OpsError } from '../../../src/errors.ts'
import { reconciledSince, verdict } from '../../../src/flux/conditions.ts'
import { RECONCILE_ANNOTATION } from '../../../src/flux/kinds.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import type { Address, Fix } from '../plan-schema.ts'
import { type Doing, failing, labelAt, mustBeThere, nameAt, readAt, resourceAt, type Seen, waiting, well } from './remedy.ts'

/** Of helm-controller; each counts only with a request of the same value. Source: fluxcd/helm-controller api/v2/annotations.go. */
const RESET = 'reconcile.fluxcd.io/resetAt'
const FORCE = 'reconcile.fluxcd.io/forceAt'

/** What it is made from is waited for so long, and no longer: its own trouble is a cause of its own. */
const FIRST_MS = 60_000

const isAsked = (object: KubeObject, token: string): boolean => object.metadata.annotations?.[RECONCILE_ANNOTATION] === token

async function ask(ctx: Context, at: Address, object: KubeObject, token: string, more: readonly string[] = []): Promise<void> {
  const annotations = Object.fromEntries([RECONCILE_ANNOTATION, ...more].map((name) => [name, token]))
  // With the uid the API server refuses it where another object has the name by now.
  const body = { metadata: { uid: at.uid, annotations } }
  await ctx.kube.patch(resourceAt(at), nameAt(at), 'merge', body, { fieldManager: managerFor(object) })
}

async function askFirst(ctx: Context, at: Address, token: string): Promise<void> {
  const object = await readAt(ctx, at)
  if (object === undefined || !askable(object)) return
  if (!isAsked(object, token)) await ask(ctx, at, object, token)
  const since = ctx.clock.now().toISOString()
  const probe = async (): Promise<Looked<void>> => {
    const now = await readAt(ctx, at)
    if (now === undefined || reconciledSince(now, token, since)) return { done: true, value: undefined }
    return { done: false, lastSeen: verdict(now).message || 'no answer yet' }
  }
  try {
    await waitFor(ctx, { waitingFor: `${labelAt(at)} to answer`, timeoutMs: FIRST_MS, code: 'first-late', probe })
  } catch (error) {
    if (!(error instanceof OpsError) || error.code !== 'first-late') throw error
  }
}

/** Ready, of the present generation, since it was asked. */
export async function askedProof(ctx: ReadContext, { at }: Fix, token: string, since: string): Promise<Seen> {
  const object = await readAt(ctx, at)
  if (object === undefined) return failing('it is gone')
  const { state, reason, message } = verdict(object)
  const says = [reason, message].filter((part) => part !== '').join(': ') || state
  if (state === 'suspended') return failing('it was suspended meanwhile')
  if (!reconciledSince(object, token, since)) return waiting(`not answered yet; ${says}`)
  if (state === 'ready') return well
  return state === 'failed' ? failing(says) : waiting(says)
}

const asking = (more: readonly string[], title: (fix: Fix) => string, why: string): Doing => ({
  title,
  why: () => why,
  preview: (fix, token) => [
    ...fix.first.map((at) => `annotate ${labelAt(at)} ${RECONCILE_ANNOTATION}=${token}, and wait for its answer`),
    `annotate ${fix.object} ${[RECONCILE_ANNOTATION, ...more].map((name) => `${name}=${token}`).join(' ')}`,
  ],
  isDone: async (ctx, { at }, token) => {
    const object = await readAt(ctx, at)
    return object !== undefined && isAsked(object, token)
  },
  run: async (ctx, fix, token) => {
    for (const at of fix.first) await askFirst(ctx, at, token)
    const object = await readAt(ctx, fix.at)
    // Deleted since: the others are asked all the same, and the proof tells of it.
    if (object === undefined) return { gone: fix.object }
    await ask(ctx, fix.at, object, token, more)
    return { asked: fix.object }
  },
  proof: askedProof,
})

export const reconcile = asking(
  [],
  (fix) => `ask ${fix.object} to reconcile`,
  'its controller looks at it again at once, as it would by itself some time later',
)

export const reset = asking(
  [RESET],
  (fix) => `let ${fix.object} begin anew`,
  'it has failed as often as it may: its failures are forgotten, and it is tried once more',
)

export const force: Doing = {
  ...asking([FORCE], (fix) => `force ${fix.object}`, 'Helm installs or upgrades it, whatever its history says'),
  pointOfNoReturn: (fix) => `Helm installs or upgrades ${fix.object} once, although it has given up on it`,
}

/** For a remedy that ends with a request. */
export async function askAfter(ctx: Context, fix: Fix, token: string): Promise<void> {
  await ask(ctx, fix.at, await mustBeThere(ctx, fix.at), token)
}

export const askLine = (fix: Fix, token: string): string => `annotate ${fix.object} ${RECONCILE_ANNOTATION}=${token}`

export const wasAsked = async (ctx: ReadContext, { at }: Fix, token: string): Promise<boolean> => {
  const object = await readAt(ctx, at)
  return object !== undefined && isAsked(object, token)
}
