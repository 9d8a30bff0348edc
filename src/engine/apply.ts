// Steps, one after another: journal before effect, the lease before every write, and `isDone` before doing anything again.
import { OpsError } from '../errors.ts'
import type { LockHandle } from '../ports/runs.ts'
import type { Facts, ManualStep, ReadStep, Step, View, WriteStep } from './model.ts'
import type { RunResult } from './run-options.ts'
import { hasBegun, stepOf } from './run-state.ts'
import { attempt, endWith, finish, interrupt, isInterrupted, refuse, type Session } from './session.ts'
import { stepContext } from './step-context.ts'
import { asOpsError, toStored } from './stored-error.ts'

interface Applying<I, P> extends Session<I, P> {
  readonly plan: P
  readonly lease: LockHandle
}

/** undefined: go on with the next step. */
type StepEnd = Promise<RunResult | undefined>

const viewOf = <I, P>({ plan, options, recorder }: Applying<I, P>): View<P> => ({
  plan,
  facts: recorder.state().facts,
  runId: options.runId,
})

const failed = async <I, P>(run: Applying<I, P>, step: Step<P>, thrown: unknown): Promise<RunResult> => {
  const { options, recorder, plan } = run
  const cause = asOpsError(thrown)
  const next = [...(options.runbook.afterFailure?.(plan, step.id, options.runId) ?? []), `flux-ops runs resume ${options.runId}`]
  const exit = cause.exit === 'bug' || cause.exit === 'partial' ? cause.exit : 'failed'
  const error = new OpsError({ code: cause.code, message: cause.message, hints: [...cause.hints, ...next], exit, cause })
  await recorder.record({ type: 'step.failed', id: step.id, error: toStored(error) })
  return endWith(run, 'failed', exit, error)
}

const finished = async <I, P>({ recorder }: Applying<I, P>, step: Step<P>, facts: Facts, already: boolean): Promise<undefined> => {
  await recorder.record({ type: 'step.finished', id: step.id, facts, already })
}

const runRead = async <I, P>(run: Applying<I, P>, step: ReadStep<P>): StepEnd => {
  const { recorder, options } = run
  await recorder.record({ type: 'step.started', id: step.id, title: step.title, kind: 'read', preview: [] })
  const ctx = stepContext(options.ctx, recorder, step.id)
  const facts = await attempt(
    run,
    () => step.run(ctx, viewOf(run)),
    (thrown) => failed(run, step, thrown),
  )
  return 'end' in facts ? facts.end : finished(run, step, facts.value, false)
}

/** A lease that is no longer ours: the run stays as it is, for whoever holds it may be at work. */
const assertLease = async <I, P>({ lease, recorder, options }: Applying<I, P>): Promise<void> => {
  try {
    await lease.ensureHeld?.()
    lease.assertHeld()
  } catch (thrown) {
    const cause = asOpsError(thrown)
    await recorder.record({ type: 'run.interrupted', signal: cause.code }).catch(() => undefined)
    const hints = [...cause.hints, `flux-ops runs resume ${options.runId}`]
    throw new OpsError({ code: cause.code, message: cause.message, hints, exit: cause.exit, cause })
  }
}

const runWrite = async <I, P>(run: Applying<I, P>, step: WriteStep<P>): StepEnd => {
  const { recorder, options } = run
  const ctx = stepContext(options.ctx, recorder, step.id)
  const fail = (thrown: unknown): Promise<RunResult> => failed(run, step, thrown)
  recorder.live({ type: 'step.progress', id: step.id, waitingFor: `what is done already of ${step.id}` })
  const seen = await attempt(run, () => readBack(step, ctx, viewOf(run)), fail)
  if ('end' in seen) return seen.end
  if (seen.value !== undefined) return finished(run, step, seen.value, true)
  const preview = await attempt(run, () => step.preview(viewOf(run)), fail)
  if ('end' in preview) return preview.end
  if (isInterrupted(run)) return interrupt(run)

  recorder.live({ type: 'step.progress', id: step.id, waitingFor: 'the lease to be renewed' })
  await assertLease(run)
  const { id, title, pointOfNoReturn } = step
  const line = { id, title, kind: 'write', preview: preview.value, ...(pointOfNoReturn !== undefined && { pointOfNoReturn }) } as const
  await recorder.record({ type: 'step.started', ...line })
  const facts = await attempt(run, () => step.run(ctx, viewOf(run)), fail)
  return 'end' in facts ? facts.end : finished(run, step, facts.value, false)
}

/** The facts of a step whose effect holds already; undefined when it does not. */
const readBack = async <P>(step: WriteStep<P>, ctx: Parameters<WriteStep<P>['isDone']>[0], view: View<P>): Promise<Facts | undefined> => {
  if (!(await step.isDone(ctx, view))) return undefined
  return (await step.factsWhenDone?.(ctx, view)) ?? view.facts[step.id] ?? {}
}

const runManual = async <I, P>(run: Applying<I, P>, step: ManualStep<P>): StepEnd => {
  const { recorder, options } = run
  const ctx = stepContext(options.ctx, recorder, step.id)
  const done = await attempt(
    run,
    () => step.isDone(ctx, viewOf(run)),
    (thrown) => failed(run, step, thrown),
  )
  if ('end' in done) return done.end
  if (done.value) return finished(run, step, {}, true)
  const open = await attempt(
    run,
    async () => (await step.lacking?.(ctx, viewOf(run))) ?? [],
    (thrown) => failed(run, step, thrown),
  )
  if ('end' in open) return open.end
  const instructions = [...step.instructions(viewOf(run)), ...open.value, `then: flux-ops runs resume ${options.runId}`]
  await recorder.record({ type: 'step.waiting', id: step.id, instructions })
  return endWith(run, 'waiting', 'waiting')
}

const runStep = <I, P>(run: Applying<I, P>, step: Step<P>): StepEnd => {
  if (step.kind === 'read') return runRead(run, step)
  return step.kind === 'write' ? runWrite(run, step) : runManual(run, step)
}

/** The world must still be the one that was planned for. A run that has begun is kept for resume; one that has not ends here. */
const assertFresh = async <I, P>(run: Applying<I, P>): StepEnd => {
  const { runbook, ctx } = run.options
  const fresh = await attempt(
    run,
    () => runbook.assertFresh?.(ctx, run.plan, viewOf(run)),
    async (thrown) => {
      if (hasBegun(run.recorder.state())) throw thrown
      return refuse(run, thrown)
    },
  )
  return 'end' in fresh ? fresh.end : undefined
}

/** Runs what is left of `steps`. Throws `journal-write` and `lock-lost`; every other ending is a result. */
export const applySteps = async <I, P>(
  session: Session<I, P>,
  plan: P,
  steps: readonly Step<P>[],
  lease: LockHandle,
): Promise<RunResult> => {
  const run: Applying<I, P> = { ...session, plan, lease }
  const left = steps.filter((step) => stepOf(run.recorder.state(), step.id)?.status !== 'done')
  if (left.some((step) => step.kind === 'write')) {
    const stale = await assertFresh(run)
    if (stale) return stale
  }
  for (const step of left) {
    if (isInterrupted(run)) return interrupt(run)
    const end = await runStep(run, step)
    if (end) return end
  }
  const open = session.options.runbook.closing?.(plan, viewOf(run).facts)
  return finish(run, 'done', open?.exit ?? 'done', open)
}
