// A dry run asks what is done already and says what would be done; it never calls a write step's run.
import { messageOf } from '../errors.ts'
import type { Facts, ReadStep, Step, View, WriteStep } from './model.ts'
import type { RunResult } from './run-options.ts'
import { stepOf } from './run-state.ts'
import { attempt, endWith, finish, type Session } from './session.ts'
import { stepContext } from './step-context.ts'
import { asOpsError } from './stored-error.ts'

interface DryRun<P> {
  readonly facts: Record<string, Facts>
  readonly plan: P
  /** Ids of the writes that were only said: what comes after them cannot be known. */
  readonly simulated: string[]
}

const viewOf = <I, P>({ options }: Session<I, P>, { plan, facts }: DryRun<P>): View<P> => ({ plan, facts, runId: options.runId })

const would = <I, P>(session: Session<I, P>, dry: DryRun<P>, step: WriteStep<P>): void => {
  dry.simulated.push(step.id)
  session.recorder.live({ type: 'step.would', id: step.id, lines: linesOf(session, dry, step) })
}

const linesOf = <I, P>(session: Session<I, P>, dry: DryRun<P>, step: WriteStep<P>): readonly string[] => {
  try {
    return step.preview(viewOf(session, dry))
  } catch (thrown) {
    if (dry.simulated.length === 1) throw thrown
    return [`${step.title} (the exact commands are known once ${dry.simulated.slice(0, -1).join(', ')} ran)`]
  }
}

const sayWrite = async <I, P>(session: Session<I, P>, dry: DryRun<P>, step: WriteStep<P>): Promise<void> => {
  const ctx = stepContext(session.options.ctx, session.recorder, step.id)
  const done = await step.isDone(ctx, viewOf(session, dry)).catch((thrown: unknown) => {
    if (dry.simulated.length === 0) throw thrown
    const text = `${step.id}: whether it is done already cannot be known before ${dry.simulated.join(', ')}: ${messageOf(thrown)}`
    session.recorder.live({ type: 'note', level: 'info', text })
    return false
  })
  if (!done) return would(session, dry, step)
  await session.recorder.record({ type: 'step.finished', id: step.id, facts: {}, already: true })
}

const runRead = async <I, P>(session: Session<I, P>, dry: DryRun<P>, step: ReadStep<P>): Promise<void> => {
  if (dry.simulated.length > 0) {
    const reason = `waits for what a dry run does not do (${dry.simulated.join(', ')})`
    session.recorder.live({ type: 'step.skipped', id: step.id, reason })
    return
  }
  const { recorder, options } = session
  await recorder.record({ type: 'step.started', id: step.id, title: step.title, kind: 'read', preview: [] })
  const facts = await step.run(stepContext(options.ctx, recorder, step.id), viewOf(session, dry))
  dry.facts[step.id] = facts
  await recorder.record({ type: 'step.finished', id: step.id, facts, already: false })
}

const sayStep = async <I, P>(session: Session<I, P>, dry: DryRun<P>, step: Step<P>): Promise<void> => {
  if (step.kind === 'read') return runRead(session, dry, step)
  if (step.kind === 'write') return sayWrite(session, dry, step)
  session.recorder.live({ type: 'step.would', id: step.id, lines: step.instructions(viewOf(session, dry)) })
}

/** Says what is left of `steps`; the first error ends it, as nothing can be left half done. */
export const sayWhatStepsWouldDo = async <I, P>(session: Session<I, P>, plan: P, steps: readonly Step<P>[]): Promise<RunResult> => {
  const state = session.recorder.state()
  const dry: DryRun<P> = { plan, facts: { ...state.facts }, simulated: [] }
  for (const step of steps.filter(({ id }) => stepOf(state, id)?.status !== 'done')) {
    const said = await attempt(
      session,
      () => sayStep(session, dry, step),
      async (thrown) => {
        const error = asOpsError(thrown)
        const { code, message, hints } = error
        await session.recorder.record({ type: 'step.failed', id: step.id, error: { code, message, hints } })
        return endWith(session, 'failed', error.exit, error)
      },
    )
    if ('end' in said) return said.end
  }
  return finish(session, 'planned', 'done')
}
