// What the journal of a run says about it.
import type { RunEvent } from '../engine/events.ts'
import type { Facts } from '../engine/model.ts'
import type { ReadContext } from '../ports/context.ts'
import type { StoredRun } from '../ports/runs.ts'

export const eventsOf = (run: StoredRun): RunEvent[] => run.lines.map((line) => line.event)

export const findEvent = <T extends RunEvent['type']>(run: StoredRun, type: T): Extract<RunEvent, { type: T }> | undefined =>
  eventsOf(run).find((event): event is Extract<RunEvent, { type: T }> => event.type === type)

/** What the steps of a run found out, by the id of the step. */
export const factsOf = (run: StoredRun): Readonly<Record<string, Facts>> =>
  Object.fromEntries(eventsOf(run).flatMap((event) => (event.type === 'step.finished' ? [[event.id, event.facts]] : [])))

/** When the run began; `otherwise` where it has no journal (a dry run). */
export async function runStartedAt(ctx: ReadContext, runId: string, otherwise: string): Promise<string> {
  const ids = await ctx.runs.list()
  if (!ids.includes(runId)) return otherwise
  return (await ctx.runs.read(runId)).lines[0]?.at ?? otherwise
}
