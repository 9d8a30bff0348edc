// The way from the first check to the first step: on it nothing is changed but the lease.
import { messageOf } from '../errors.ts'
import type { LockHandle } from '../ports/runs.ts'
import { applySteps } from './apply.ts'
import { runChecks, stops } from './checks.ts'
import { sayWhatStepsWouldDo } from './dry-steps.ts'
import type { Step } from './model.ts'
import { pointsOfNoReturn, runPlan, stepLines } from './plan.ts'
import type { Question, RunResult } from './run-options.ts'
import { attempt, finish, interrupt, isInterrupted, refuse, release, type Session } from './session.ts'

/** Who holds the lease, in words a second operator can act on. */
export const holderOf = <I, P>({ options }: Pick<Session<I, P>, 'options'>): string => `${options.ctx.operator} ${options.runId}`

/** Nobody is at work on a dry run's cluster because of us. */
const NO_LEASE: LockHandle = { assertHeld: () => undefined, release: async () => undefined }

const writesNothing = <I, P>({ options, planOnly }: Session<I, P>): boolean => planOnly || options.dryRun === true

/** What would be done, for a reader, although checks failed. Where no plan comes about either, it is the checks that say why. */
const planAnyway = async <I, P>({ options, recorder, input }: Session<I, P>): Promise<void> => {
  try {
    const { json, lines, steps } = await runPlan(options.runbook, options.ctx, input, undefined)
    await recorder.record({ type: 'plan.made', plan: json, lines, steps: stepLines(steps) })
  } catch (thrown) {
    recorder.live({ type: 'note', level: 'info', text: `no plan: ${messageOf(thrown)}` })
  }
}

/** Checks; undefined when the run may go on. */
const check = async <I, P>(session: Session<I, P>): Promise<RunResult | undefined> => {
  const { options, recorder, input, waivers } = session
  const reports = await runChecks(options.runbook, options.ctx, input, waivers, recorder)
  if (isInterrupted(session)) return interrupt(session)
  const failed = reports.filter(stops)
  if (failed.length === 0) return undefined
  if (session.planAnyway === true && failed.every((report) => report.severity !== 'gate')) await planAnyway(session)
  return isInterrupted(session) ? interrupt(session) : finish(session, 'checks-failed', 'checks')
}

const accept = async <I, P>(session: Session<I, P>, steps: readonly Step<P>[]): Promise<RunResult | undefined> => {
  const { options, recorder, givenPlan } = session
  if (givenPlan !== undefined || options.yes) {
    await recorder.record({ type: 'plan.accepted', by: givenPlan === undefined ? 'flag' : 'plan-file' })
    return undefined
  }
  const question: Question = { kind: 'apply', text: 'Go on?', pointsOfNoReturn: pointsOfNoReturn(steps) }
  const answer = await attempt(
    session,
    () => options.ask(question),
    (thrown) => refuse(session, thrown),
  )
  if ('end' in answer) return answer.end
  if (isInterrupted(session)) return interrupt(session)
  if (!answer.value) return finish(session, 'declined', 'refused')
  await recorder.record({ type: 'plan.accepted', by: 'prompt' })
  return undefined
}

const planAndApply = async <I, P>(session: Session<I, P>, lease: LockHandle): Promise<RunResult> => {
  const { options, recorder, input, givenPlan, planOnly } = session
  const made = await attempt(
    session,
    () => runPlan(options.runbook, options.ctx, input, givenPlan),
    (thrown) => refuse(session, thrown),
  )
  if ('end' in made) return made.end
  const { plan, json, lines, steps } = made.value
  await recorder.record({ type: 'plan.made', plan: json, lines, steps: stepLines(steps) })
  if (isInterrupted(session)) return interrupt(session)
  if (planOnly) return finish(session, 'planned', 'done')
  if (options.dryRun === true) return sayWhatStepsWouldDo(session, plan, steps)
  return (await accept(session, steps)) ?? applySteps(session, plan, steps, lease)
}

/** Checks, lease, plan, question, steps. `held` is the lease a resume has taken already; whoever took it gives it back. */
export const driveFromChecks = async <I, P>(session: Session<I, P>, held?: LockHandle): Promise<RunResult> => {
  const stopped = await check(session)
  if (stopped) return stopped
  if (held || writesNothing(session)) return planAndApply(session, held ?? NO_LEASE)
  const taken = await attempt(
    session,
    () => session.options.lock.acquire(holderOf(session)),
    (thrown) => refuse(session, thrown),
  )
  if ('end' in taken) return taken.end
  try {
    return await planAndApply(session, taken.value)
  } finally {
    await release(session, taken.value)
  }
}
