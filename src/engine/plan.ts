// A plan is data: made by reading only, shown, journaled, and the one thing the steps are derived from.
import { OpsError, usageError } from '../errors.ts'
import type { ReadContext } from '../ports/context.ts'
import type { Json } from '../ports/json.ts'
import type { StepLine } from './events.ts'
import type { Runbook, Schema, Step } from './model.ts'

/** Parses what came from a person, a file or a journal; throws a usage error with the schema's own words. */
export const parseWith = <T>(schema: Schema<T>, value: unknown, code: string, what: string): T => {
  try {
    return schema.parse(value)
  } catch (cause) {
    if (cause instanceof OpsError) throw cause
    throw usageError(code, `${what} is not valid: ${schemaMessage(cause)}`)
  }
}

/** zod's message is the JSON of its issues; people get `path: message` instead. */
const schemaMessage = (cause: unknown): string => {
  const issues = (cause as { issues?: unknown }).issues
  if (!Array.isArray(issues)) return cause instanceof Error ? cause.message : String(cause)
  return issues
    .map((issue: { path?: PropertyKey[]; message?: string }) => {
      const path = (issue.path ?? []).map(String).join('.')
      return path === '' ? issue.message : `${path}: ${issue.message}`
    })
    .join('; ')
}

/** The steps of a plan, refused when two share an id or a write step cannot tell whether it is done. */
export const stepsOf = <P>(runbook: Pick<Runbook<never, P>, 'id' | 'steps'>, plan: P): readonly Step<P>[] => {
  const steps = runbook.steps(plan)
  const seen = new Set<string>()
  for (const step of steps) {
    if (seen.has(step.id)) throw new Error(`runbook ${runbook.id} has two steps "${step.id}"`)
    if (step.kind !== 'read' && typeof step.isDone !== 'function') throw new Error(`step ${step.id} of ${runbook.id} has no isDone`)
    seen.add(step.id)
  }
  return steps
}

export const stepLines = <P>(steps: readonly Step<P>[]): StepLine[] => steps.map(({ id, title, kind }) => ({ id, title, kind }))

export const pointsOfNoReturn = <P>(steps: readonly Step<P>[]): string[] =>
  steps.flatMap((step) => (step.kind !== 'read' && step.pointOfNoReturn !== undefined ? [step.pointOfNoReturn] : []))

/** Makes the plan and says it. The plan goes through its schema and JSON at once, so that what runs is what would be read back. */
export const runPlan = async <I, P>(
  runbook: Runbook<I, P>,
  ctx: ReadContext,
  input: I,
  given: P | undefined,
): Promise<{ plan: P; json: Json; lines: readonly string[]; steps: readonly Step<P>[] }> => {
  const json = JSON.parse(JSON.stringify(given ?? (await runbook.plan(ctx, input)))) as Json
  const plan = runbook.planSchema.parse(json)
  return { plan, json, lines: runbook.describe(plan), steps: stepsOf(runbook, plan) }
}
