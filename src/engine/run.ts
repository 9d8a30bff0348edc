// The single run loop: checks, plan, question, lease, steps. It prints nothing and exits nothing; it returns how it ended.
import type { Json } from '../ports/json.ts'
import { driveFromChecks } from './drive.ts'
import { parseWith } from './plan.ts'
import { createRecorder } from './recorder.ts'
import type { RunOptions, RunResult } from './run-options.ts'
import type { Session } from './session.ts'
import { assertWaivers } from './waivers.ts'

export { abandon } from './abandon.ts'
export { resume } from './resume.ts'
export type { AbandonOptions, DriveOptions, Question, ResumeOptions, RunOptions, RunResult } from './run-options.ts'

/**
 * Runs a runbook from its checks to its last step, and journals it.
 * Throws OpsError only for what is no part of the journaled run: wrong input or waivers, a cluster that does not answer before the
 * run has begun, `journal-write`, `lock-lost`. Everything else is emitted, journaled and returned.
 */
export const runRunbook = async <I, P>(options: RunOptions<I, P>): Promise<RunResult> => {
  const { runbook, ctx, store, runId, emit, waivers = {}, planOnly = false, planAnyway = false, dryRun = false } = options
  const input = parseWith(runbook.input, options.input, 'input-invalid', `the input of ${runbook.id}`)
  const givenPlan = options.plan === undefined ? undefined : parseWith(runbook.planSchema, options.plan, 'plan-invalid', 'the plan')
  assertWaivers(runbook.checks, waivers)
  const cluster = await ctx.kube.identity()
  const journal = planOnly || dryRun ? undefined : await store.create(runId)
  const recorder = createRecorder({ clock: ctx.clock, emit, ...(journal && { journal }) })
  const plan = { planOnly, planAnyway: planOnly && planAnyway, ...(givenPlan !== undefined && { givenPlan }) }
  const session: Session<I, P> = { options, recorder, input, waivers, ...plan }
  try {
    await recorder.record({
      type: 'run.started',
      run: runId,
      runbook: runbook.id,
      runbookVersion: runbook.version,
      tool: options.tool,
      input: JSON.parse(JSON.stringify(input)) as Json,
      cluster: { context: cluster.context, server: cluster.server, uid: cluster.uid, version: cluster.version },
      kubeconfig: ctx.target.kubeconfig ?? null,
      namespace: ctx.target.namespace,
      operator: ctx.operator,
      pid: options.pid,
      dryRun,
      waivers,
    })
    return await driveFromChecks(session)
  } finally {
    await recorder.close()
  }
}
