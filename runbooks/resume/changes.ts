// The two writes of a resume: let go, and suspend again as it was.

import { answers } from '../../src/actions/suspension/prove.ts'
import { labelOf, type Target } from '../../src/actions/suspension/target.ts'
import { type Change, type Changed, changeAll } from '../../src/actions/suspension/write.ts'
import type { View } from '../../src/engine/model.ts'
import { OpsError } from '../../src/errors.ts'
import { RESUMED_RUN } from '../../src/flux/suspension.ts'
import { mayResume, maySuspendAgain, putBackBody, resumeBody } from '../../src/flux/suspension-changes.ts'
import type { Context } from '../../src/ports/context.ts'
import type { ResumePlan } from './plan-schema.ts'

export type ResumeView = View<ResumePlan>

export const lettingGo = (runId: string, token: string): Change => ({
  done: 'resumed',
  suspends: () => false,
  decide: (target, live) => mayResume(target, live, runId),
  body: (live, target) => resumeBody(live, target.switch, { run: runId, token: answers(live) ? token : null }),
})

/** What somebody else has resumed meanwhile is not ours to suspend again. */
export const lettingGoOnce = (runId: string, token: string): Change => {
  const change = lettingGo(runId, token)
  const decide: Change['decide'] = (target, live) => {
    const decision = change.decide(target, live)
    const isOurs = live?.metadata.annotations?.[RESUMED_RUN] === runId
    return decision.act === 'done' && !isOurs ? { act: 'leave', why: 'it was resumed since the plan' } : decision
  }
  return { ...change, decide }
}

const suspendingAgain = (runId: string): Change => ({
  done: 'suspended again',
  suspends: () => true,
  decide: (target, live) => maySuspendAgain(target, live, runId),
  body: (live, target) => putBackBody(live, target),
})

export const targetsOf = ({ targets }: ResumePlan, labels: readonly string[]): Target[] => {
  const wanted = new Set(labels)
  return targets.filter((target) => wanted.has(labelOf(target)))
}

/** What this run has let go, and nothing else; it goes on after an interrupt. Throws OpsError `not-suspended-again`. */
export async function suspendAgain(ctx: Context, { plan, runId }: ResumeView, labels: readonly string[]): Promise<Changed> {
  try {
    return await changeAll(ctx, targetsOf(plan, labels), suspendingAgain(runId), { evenWhenStopped: true })
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    throw new OpsError({
      code: 'not-suspended-again',
      message: `not all that was let go is suspended again: ${error.message}`,
      hints: [`flux-ops runs abandon ${runId}`, ...error.hints],
      cause: error,
    })
  }
}

const how = ({ switch: by }: Target): string => (by === 'spec' ? 'spec.suspend' : 'source.extensions.fluxcd.io/reconcile')

export const letGoLines = (targets: readonly Target[]): string[] =>
  targets.map((target) => `patch ${labelOf(target)}: take ${how(target)} away, and ask it to reconcile`)

export const againLines = (targets: readonly Target[]): string[] =>
  targets.map((target) => `patch ${labelOf(target)}: ${how(target)} and annotations as they are now`)
