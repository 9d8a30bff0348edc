// Suspend all of them, and read it back.
import { counted } from '../../src/actions/checks/answers.ts'
import { sideBySide } from '../../src/actions/side-by-side.ts'
import { labelOf, readTarget, type Target } from '../../src/actions/suspension/target.ts'
import { assertNoneLeft, type Change, changeAll } from '../../src/actions/suspension/write.ts'
import type { ReadStep, Step, View, WriteStep } from '../../src/engine/model.ts'
import { OpsError } from '../../src/errors.ts'
import { isSuspended } from '../../src/flux/conditions.ts'
import { maySuspend, mayUnsuspend, type Note, putBackBody, suspendBody } from '../../src/flux/suspension-changes.ts'
import { SUSPENDED } from '../../src/flux/suspension-fields.ts'
import type { SuspendPlan } from './plan-schema.ts'

type SuspendView = View<SuspendPlan>

const AT_ONCE = 10

const noteOf = ({ plan, runId }: SuspendView): Note => ({
  owner: plan.owner,
  reason: plan.reason,
  at: plan.madeAt,
  until: plan.until,
  run: runId,
})

const suspending = (view: SuspendView): Change => ({
  done: 'suspended',
  suspends: () => true,
  decide: (target, live) => maySuspend(target, live, view.runId),
  // What is suspended already keeps its age: only who and why are put to it.
  body: (live, target) => suspendBody(live, target.switch, { ...noteOf(view), at: target.suspension?.since ?? view.plan.madeAt }),
})

const takingBack = ({ runId }: SuspendView): Change => ({
  done: 'put back',
  suspends: ({ mark }) => mark !== '',
  decide: (target, live) => mayUnsuspend(target, live, runId),
  body: (live, target) => putBackBody(live, target),
})

const switchLine = ({ kind, switch: how }: Target, suspend: boolean): string =>
  how === 'spec'
    ? `spec.suspend=${suspend}`
    : `${kind} annotation source.extensions.fluxcd.io/reconcile=${suspend ? 'disabled' : 'enabled'}`

const again = (run: string): string[] => [
  `flux-ops runs abandon ${run}  puts back what this run has suspended`,
  'what is still to be suspended:  a new run',
]

const suspend: WriteStep<SuspendPlan> = {
  kind: 'write',
  id: 'suspend',
  title: 'suspends them, with who, why and until when',
  why: 'Their controllers leave them as they are until somebody resumes them.',
  preview: ({ plan }) => {
    const notes = [
      `${SUSPENDED.by}=${plan.owner}`,
      `${SUSPENDED.reason}=${plan.reason}`,
      ...(plan.until === null ? [] : [`${SUSPENDED.until}=${plan.until}`]),
    ]
    return [...plan.targets.map((target) => `patch ${labelOf(target)} ${switchLine(target, true)}`), `each with ${notes.join(', ')}`]
  },
  isDone: async (ctx, view) => {
    const decisions = await sideBySide(view.plan.targets, AT_ONCE, async (target) =>
      maySuspend(target, await readTarget(ctx.kube, target), view.runId),
    )
    return decisions.every(({ act }) => act === 'done' || act === 'gone')
  },
  run: async (ctx, view) => {
    const changed = await changeAll(ctx, view.plan.targets, suspending(view))
    assertNoneLeft(changed, 'suspended', ...again(view.runId))
    return { suspended: [...changed.written], gone: [...changed.gone] }
  },
  undo: async (ctx, view) => void (await changeAll(ctx, view.plan.targets, takingBack(view))),
  undoPreview: ({ plan }) =>
    plan.targets.map((target) => `${labelOf(target)}: ${target.mark === '' ? 'resumed' : 'its annotations as they were'}`),
}

const proof: ReadStep<SuspendPlan> = {
  kind: 'read',
  id: 'proof',
  title: 'reads back that they are suspended',
  why: 'What applies them from git may have put them back at once.',
  run: async (ctx, { plan, runId }) => {
    const objects = await sideBySide(plan.targets, AT_ONCE, (target) => readTarget(ctx.kube, target))
    const mine = plan.targets.filter(({ uid }, at) => objects[at]?.metadata.uid === uid)
    const lost = mine.filter((target) => {
      const object = objects[plan.targets.indexOf(target)]
      return object !== undefined && !isSuspended(object)
    })
    if (lost.length > 0)
      throw new OpsError({
        code: 'not-suspended',
        message: `${counted(lost.length, 'object is', 'objects are')} not suspended any more: ${lost.map(labelOf).join(', ')}`,
        hints: ['who resumed it:  kubectl get … --show-managed-fields -o yaml', ...again(runId)],
        exit: 'partial',
      })
    return { summary: `${counted(mine.length, 'object')} suspended`, suspended: mine.length }
  },
}

export const suspendSteps = (): readonly Step<SuspendPlan>[] => [suspend, proof]
