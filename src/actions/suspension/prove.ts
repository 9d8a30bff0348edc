// The proof of a layer that was let go: each object has been reconciled since, and is Ready.
import { OpsError } from '../../errors.ts'
import { isStatic, isSuspended, reconciledSince, verdict } from '../../flux/conditions.ts'
import { kindOfObject, RECONCILE_ANNOTATION } from '../../flux/kinds.ts'
import { suspensionOf, whoSuspended } from '../../flux/suspension.ts'
import type { ReadContext } from '../../ports/context.ts'
import type { KubeObject } from '../../ports/kube.ts'
import { sideBySide } from '../side-by-side.ts'
import { paceOf, type Seen, waitFor } from '../wait-for.ts'
import { labelOf, readTarget, type Target } from './target.ts'

const AT_ONCE = 10
/** A controller that says no for so long says it for good, or until somebody does something. */
const FAILING_MS = 60_000

export interface Proof {
  /** Answers requests that begin with it. */
  readonly token: string
  /** When the layer was let go, RFC 3339; undefined where that was not written down. */
  readonly since: string | undefined
  readonly timeoutMs: number
  readonly hints: readonly string[]
}

interface Open {
  readonly label: string
  readonly says: string
  /** It will not become Ready by itself. */
  readonly final: boolean
  readonly failed: boolean
}

/** Whether a controller answers what it is asked for by annotation. */
export const answers = (object: KubeObject): boolean => kindOfObject(object)?.reconcilable === true && !isStatic(object)

function hasAnswered(object: KubeObject, { token, since }: Proof): boolean {
  const asked = object.metadata.annotations?.[RECONCILE_ANNOTATION] ?? ''
  if (!answers(object) || !asked.startsWith(token)) return true
  return reconciledSince(object, asked, since)
}

/** undefined: it is as it should be. */
function openOf(target: Target, object: KubeObject | undefined, proof: Proof): Open | undefined {
  // Deleted, or made anew by somebody: then it is no longer the one that was let go.
  if (object === undefined || object.metadata.uid !== target.uid || object.metadata.deletionTimestamp !== undefined) return undefined
  const label = labelOf(target)
  if (isSuspended(object)) {
    const suspension = suspensionOf(object, '')
    const who = suspension === undefined ? '' : `, ${whoSuspended(suspension)}`
    return { label, says: `it is suspended again${who}`, final: true, failed: true }
  }
  const { state, message, terminal } = verdict(object)
  const answered = hasAnswered(object, proof)
  if (answered && (state === 'ready' || state === 'static')) return undefined
  const failed = answered && state === 'failed'
  return {
    label,
    says: failed || state === 'progressing' ? message : 'its controller has not answered yet',
    final: failed && terminal,
    failed,
  }
}

const saying = (open: readonly Open[]): string =>
  open
    .slice(0, 5)
    .map(({ label, says }) => `${label}: ${says.slice(0, 300)}`)
    .concat(open.length > 5 ? [`and ${open.length - 5} more`] : [])
    .join('; ')

function notReady(open: readonly Open[], of: number, hints: readonly string[]): OpsError {
  return new OpsError({
    code: 'not-ready-again',
    message: `${open.length} of ${of} ${of === 1 ? 'object is' : 'objects are'} not Ready: ${saying(open)}`,
    hints: ['flux-ops recover', ...hints],
  })
}

/** How many are Ready. Throws OpsError `not-ready-again`. */
export async function proveReady(ctx: ReadContext, targets: readonly Target[], proof: Proof): Promise<number> {
  let open: Open[] = []
  let failingSince: number | undefined
  const probe = async (): Promise<Seen<number>> => {
    const objects = await sideBySide(targets, AT_ONCE, (target) => readTarget(ctx.kube, target))
    open = targets.flatMap((target, at) => openOf(target, objects[at], proof) ?? [])
    if (open.length === 0) return { done: true, value: targets.length }
    const now = ctx.clock.now().getTime()
    failingSince = open.every(({ failed }) => failed) ? (failingSince ?? now) : undefined
    const tooLong = failingSince !== undefined && now - failingSince >= FAILING_MS
    if (tooLong || open.some(({ final }) => final)) throw notReady(open, targets.length, proof.hints)
    return { done: false, lastSeen: saying(open) }
  }
  const wait = { waitingFor: 'them to be Ready', timeoutMs: proof.timeoutMs, everyMs: paceOf(targets.length), code: 'layer-timeout', probe }
  try {
    return await waitFor(ctx, wait)
  } catch (error) {
    if (error instanceof OpsError && error.code === 'layer-timeout') throw notReady(open, targets.length, proof.hints)
    throw error
  }
}
