// One write to each object, made only to the state that it was judged in: read, judged, patched with its uid and resourceVersion, and read anew when somebody was quicker.
import { OpsError } from '../../errors.ts'
import { isSuspended } from '../../flux/conditions.ts'
import { resourceOf } from '../../flux/kinds.ts'
import { MANAGER } from '../../flux/suspension.ts'
import type { Decision } from '../../flux/suspension-changes.ts'
import type { Context } from '../../ports/context.ts'
import type { KubeObject } from '../../ports/kube.ts'
import { parseId } from '../resources.ts'
import { sideBySide } from '../side-by-side.ts'
import { labelOf, readTarget, type Target } from './target.ts'

const AT_ONCE = 10
/** Controllers write their status all the time. */
const TRIES = 20
const PAUSE_MS = 100

export interface Change {
  /** Said of what it changes: `suspended`. */
  readonly done: string
  readonly suspends: (target: Target) => boolean
  decide(target: Target, live: KubeObject | undefined): Decision
  body(live: KubeObject, target: Target): object
}

export interface Changed {
  readonly written: readonly string[]
  readonly gone: readonly string[]
  /** What was not touched, and why. */
  readonly left: readonly { readonly object: string; readonly why: string }[]
}

type Ended = Decision | { readonly act: 'written' }

function assertKept(target: Target, suspends: boolean, now: KubeObject): void {
  if (isSuspended({ ...now, kind: target.kind }) === suspends) return
  throw new OpsError({
    code: 'suspend-not-kept',
    message: `${labelOf(target)} is ${suspends ? 'not suspended' : 'still suspended'} after it was written: its API version drops the field, or something changes what is written`,
    hints: [`kubectl explain ${target.kind.toLowerCase()}.spec.suspend`, 'kubectl get mutatingwebhookconfigurations'],
  })
}

async function changeOne(ctx: Context, target: Target, change: Change): Promise<Ended> {
  const resource = resourceOf(target.kind, target.version)
  for (let left = TRIES; ; left--) {
    const live = await readTarget(ctx.kube, target)
    const decision = change.decide(target, live)
    if (decision.act !== 'write' || live === undefined) return decision
    try {
      const now = await ctx.kube.patch(resource, parseId(target.id), 'merge', change.body(live, target), { fieldManager: MANAGER })
      assertKept(target, change.suspends(target), now)
      return { act: 'written' }
    } catch (error) {
      const isRace = error instanceof OpsError && error.code === 'kube-conflict'
      const isGone = !isRace && !(error instanceof OpsError && error.code === 'suspend-not-kept') && (await hasGone(ctx, target))
      if (isGone) return { act: 'gone' }
      if (!isRace || left <= 1) throw error
    }
    await ctx.clock.sleep(PAUSE_MS, ctx.signal).catch(() => undefined)
  }
}

const hasGone = async (ctx: Context, target: Target): Promise<boolean> =>
  (await readTarget(ctx.kube, target).catch(() => 'unknown' as const)) === undefined

/**
 * All of them are tried, whatever becomes of one. `evenWhenStopped`: goes on after an interrupt, to take back what must not stay.
 * Throws the first error, with the names of all that failed, once the others are done.
 */
export async function changeAll(
  ctx: Context,
  targets: readonly Target[],
  change: Change,
  { evenWhenStopped = false }: { evenWhenStopped?: boolean } = {},
): Promise<Changed> {
  const written: string[] = []
  const gone: string[] = []
  const left: { object: string; why: string }[] = []
  const failed: { object: string; error: unknown }[] = []
  await sideBySide(targets, AT_ONCE, async (target) => {
    if (!evenWhenStopped) ctx.signal.throwIfAborted()
    const object = labelOf(target)
    try {
      const end = await changeOne(ctx, target, change)
      if (end.act === 'written') written.push(object)
      else if (end.act === 'gone') gone.push(object)
      else if (end.act === 'leave') left.push({ object, why: end.why })
    } catch (error) {
      failed.push({ object, error })
    }
    ctx.progress({ waitingFor: `objects to be ${change.done}`, lastSeen: `${written.length} of ${targets.length}` })
  })
  const [first] = failed
  if (first !== undefined)
    throw failure(
      first.error,
      failed.map(({ object }) => object),
      change,
    )
  return { written: written.sort(), gone: gone.sort(), left }
}

function failure(error: unknown, objects: readonly string[], { done }: Change): unknown {
  if (!(error instanceof OpsError) || objects.length === 1) return error
  const { code, message, hints, exit } = error
  return new OpsError({
    code,
    message: `${objects.length} objects could not be ${done} (${objects.join(', ')}); the first: ${message}`,
    hints,
    exit,
    cause: error,
  })
}

/** What others changed since the plan is theirs: the run says so and does not go on. */
export function assertNoneLeft({ left }: Changed, done: string, ...hints: string[]): void {
  const [first] = left
  if (first === undefined) return
  const each = left.map(({ object, why }) => `${object}: ${why}`).join('; ')
  throw new OpsError({
    code: 'changed-since-plan',
    message: `${left.length} ${left.length === 1 ? 'object was' : 'objects were'} not ${done}: ${each}`,
    hints,
    exit: 'partial',
  })
}
