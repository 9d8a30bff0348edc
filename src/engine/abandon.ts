// Abandon: takes back what was begun, last first, and ends the run. Behind a crossed point of no return it refuses.
import { OpsError, refusal } from '../errors.ts'
import type { LockHandle } from '../ports/runs.ts'
import { holderOf } from './drive.ts'
import type { Step, View, WriteStep } from './model.ts'
import { stepsOf } from './plan.ts'
import { createRecorder } from './recorder.ts'
import type { AbandonOptions, RunResult } from './run-options.ts'
import { isFinished, type RunState, stepOf } from './run-state.ts'
import { attempt, endWith, finish, interrupt, isInterrupted, release, type Session } from './session.ts'
import { stepContext } from './step-context.ts'
import { asOpsError, toStored } from './stored-error.ts'
import { assertSameCluster, openJournal, readRun, type TakenUp, takenUpEvent } from './stored-run.ts'

interface Undo<P> {
  readonly step: WriteStep<P>
  readonly undo: NonNullable<WriteStep<P>['undo']>
}

/** What may still be taken back: what comes after the last checkpoint that was reached. */
const afterCheckpoint = <P>(state: RunState, steps: readonly Step<P>[]): { stays?: Step<P>; open: readonly Step<P>[] } => {
  const last = steps.findLastIndex((step) => step.kind === 'read' && step.checkpoint === true && stepOf(state, step.id)?.status === 'done')
  const stays = steps[last]
  return { ...(stays && { stays }), open: steps.slice(last + 1) }
}

const begun = <P>(state: RunState, steps: readonly Step<P>[]): WriteStep<P>[] =>
  steps.filter((step): step is WriteStep<P> => step.kind === 'write' && stepOf(state, step.id)?.started === true)

/** What is to be taken back, last first. */
const undosOf = <P>(state: RunState, steps: readonly Step<P>[]): Undo<P>[] =>
  begun(state, steps)
    .filter((step) => stepOf(state, step.id)?.status !== 'undone')
    .flatMap((step) => (step.undo ? [{ step, undo: step.undo.bind(step) }] : []))
    .reverse()

/** Without the lines of steps that did not get over theirs: a push that was refused. */
async function crossedOf<I, P>({ ctx, runId }: AbandonOptions<I, P>, { state, plan }: TakenUp<I, P>, open: readonly Step<P>[]) {
  const found: (typeof state.crossed)[number][] = []
  for (const line of state.crossed) {
    const step = open.find(({ id }) => id === line.step)
    if (step === undefined) continue
    const asked = plan !== undefined && step.kind === 'write' ? step.isCrossed?.(ctx, { plan, facts: state.facts, runId }) : undefined
    if ((await asked) !== false) found.push(line)
  }
  return found
}

/** `open` undefined: no plan is there to tell the steps. */
const assertNotCrossed = async <I, P>(
  options: AbandonOptions<I, P>,
  taken: TakenUp<I, P>,
  open: readonly Step<P>[] | undefined,
): Promise<void> => {
  const [line] = open === undefined ? taken.state.crossed : await crossedOf(options, taken, open)
  if (!line) return
  const { runId } = options
  const message = `run ${runId} cannot be taken back: step ${line.step} crossed a point of no return: ${line.sentence}`
  throw refusal('point-of-no-return', message, `flux-ops runs resume ${runId}`)
}

/** Steps whose effect stays, as they have no way back. */
const sayWhatStays = <I, P>({ recorder }: Session<I, P>, steps: readonly Step<P>[]): void => {
  const { stays, open } = afterCheckpoint(recorder.state(), steps)
  if (stays) recorder.live({ type: 'note', level: 'info', text: `what was done up to ${stays.id} stays` })
  const kept = begun(recorder.state(), open).filter((step) => !step.undo)
  for (const step of kept) recorder.live({ type: 'note', level: 'warning', text: `${step.id} is not taken back: ${step.title}` })
}

const undoOne = async <I, P>(
  session: Session<I, P>,
  plan: P,
  { step, undo }: Undo<P>,
  lease: LockHandle,
): Promise<RunResult | undefined> => {
  const { recorder, options } = session
  if (isInterrupted(session)) return interrupt(session)
  await lease.ensureHeld?.()
  lease.assertHeld()
  await recorder.record({ type: 'undo.started', id: step.id })
  const ctx = stepContext(options.ctx, recorder, step.id)
  const view = { plan, facts: recorder.state().facts, runId: options.runId }
  const undone = await attempt(
    session,
    () => undo(ctx, view),
    async (thrown) => {
      const cause = asOpsError(thrown)
      const hints = [...cause.hints, `flux-ops runs abandon ${options.runId}`]
      const error = new OpsError({ code: cause.code, message: cause.message, hints, exit: 'partial', cause })
      await recorder.record({ type: 'undo.failed', id: step.id, error: toStored(error) })
      return endWith(session, 'failed', 'partial', error)
    },
  )
  if ('end' in undone) return undone.end
  for (const line of undone.value ?? []) recorder.live({ type: 'note', level: 'warning', text: line })
  await recorder.record({ type: 'undo.finished', id: step.id })
  return undefined
}

const takeBack = async <I, P>(
  session: Session<I, P>,
  plan: P,
  undos: readonly Undo<P>[],
  lease: LockHandle,
): Promise<RunResult | undefined> => {
  for (const undo of undos) {
    const end = await undoOne(session, plan, undo, lease)
    if (end) return end
  }
  return undefined
}

const NO_LEASE: LockHandle = { assertHeld: () => undefined, release: async () => undefined }

const abandonNow = async <I, P>(
  options: AbandonOptions<I, P>,
  taken: TakenUp<I, P>,
  undos: readonly Undo<P>[],
  lease: LockHandle,
): Promise<RunResult> => {
  const { state, run, plan, input, stored } = taken
  const journal = await openJournal(options, stored)
  const recorder = createRecorder({ clock: options.ctx.clock, emit: options.emit, state, journal })
  const session: Session<I, P> = { options, recorder, input, waivers: run.waivers, planOnly: false }
  try {
    await recorder.record({ type: 'run.resumed', operator: options.ctx.operator, pid: options.pid, tornBytes: stored.tornBytes })
    if (plan !== undefined) {
      const end = await takeBack(session, plan, undos, lease)
      if (end) return end
      sayWhatStays(session, stepsOf(options.runbook, plan))
    }
    return await finish(session, 'abandoned', 'done')
  } finally {
    await recorder.close()
  }
}

const viewOf = <I, P>({ runId }: AbandonOptions<I, P>, state: RunState, plan: P): View<P> => ({ plan, facts: state.facts, runId })

/** What a person may not expect to be undone, before being asked. */
const sayAhead = <I, P>(options: AbandonOptions<I, P>, state: RunState, plan: P, undos: readonly Undo<P>[]): void => {
  const lines = undos.flatMap(({ step }) => step.undoPreview?.(viewOf(options, state, plan)) ?? [])
  for (const text of lines) options.emit({ type: 'note', level: 'info', text: `takes back: ${text}` })
}

const sayOnly = <I, P>(options: AbandonOptions<I, P>, { state, plan }: TakenUp<I, P>, undos: readonly Undo<P>[]): RunResult => {
  for (const { step } of undos) {
    const more = plan === undefined ? [] : (step.undoPreview?.(viewOf(options, state, plan)) ?? [])
    options.emit({ type: 'step.would', id: step.id, lines: [`take back: ${step.title}`, ...more] })
  }
  return { outcome: 'planned', exit: 'done', runId: options.runId, state }
}

/**
 * Takes back, in reverse order, every started step that has an undo, and ends the run. A finished run gives its stored outcome.
 * Throws as resume does, and `point-of-no-return` (refused) behind a crossed line, naming it.
 */
export const abandon = async <I, P>(options: AbandonOptions<I, P>): Promise<RunResult> => {
  const { runId, ctx, emit, lock } = options
  const taken = await readRun(options)
  const { state, run, plan } = taken
  if (isFinished(state)) return { outcome: state.outcome ?? 'done', exit: state.outcome === 'abandoned' ? 'done' : 'refused', runId, state }
  const open = plan === undefined ? undefined : afterCheckpoint(state, stepsOf(options.runbook, plan)).open
  await assertNotCrossed(options, taken, open)
  emit(takenUpEvent(options, taken, 'abandon'))
  const undos = undosOf(state, open ?? [])
  if (plan !== undefined && undos.length > 0) await options.runbook.assertAbandon?.(ctx, plan, viewOf(options, state, plan))
  if (options.dryRun === true) return sayOnly(options, taken, undos)
  if (undos.length > 0) await assertSameCluster(ctx, run)
  if (plan !== undefined) sayAhead(options, state, plan, undos)
  const goOn = options.yes || (await options.ask({ kind: 'abandon', text: 'Take it back?', pointsOfNoReturn: [] }))
  if (!goOn) return { outcome: 'declined', exit: 'refused', runId, state }
  // What changes nothing needs no lease: a run in a cluster that is gone can still be put away.
  if (undos.length === 0) return abandonNow(options, taken, undos, NO_LEASE)
  const lease = await lock.acquire(holderOf({ options }))
  try {
    return await abandonNow(options, taken, undos, lease)
  } finally {
    await release({ options, recorder: createRecorder({ clock: ctx.clock, emit, state }) }, lease)
  }
}
