// The heavy half of the commands that drive runs: loaded when one runs, not when its flags are read.
import { isFinished } from '../engine/run-state.ts'
import { refusal } from '../errors.ts'
import { chooseUpgrade, flagsOfRun } from './choose-run.ts'
import { openRunStore } from './desk.ts'
import type { Invocation } from './invocation.ts'
import { loadRunbook } from './load-runbook.ts'
import type { RunFlags } from './run-flags.ts'
import type { RunReport } from './run-report.ts'
import { startRun } from './run-runbook.ts'

export { applyPlan } from './apply-plan.ts'
export { loadRunbook } from './load-runbook.ts'
export { makePlan } from './make-plan.ts'
export { startRun } from './run-runbook.ts'
export { runResume, runSuspend } from './suspension-run.ts'

export interface RollbackRequest {
  readonly run: string | undefined
  /** undefined: as the upgrade went. */
  readonly pullRequest: boolean | undefined
  readonly flags: RunFlags
  readonly namespaceGiven: boolean
}

/** The rollback of a stored run, on the cluster which that run was about. */
export async function startRollback(
  invocation: Invocation,
  { run: id, pullRequest, flags, namespaceGiven }: RollbackRequest,
): Promise<RunReport> {
  const run = await chooseUpgrade(openRunStore(invocation), id)
  if (!isFinished(run.state) && run.state.steps.length === 0)
    throw refusal('nothing-to-roll-back', `run ${run.id} did nothing yet`, `flux-ops runs abandon ${run.id}`)
  const runbook = await loadRunbook('rollback')
  const where = flagsOfRun(run, flags, { ...flags, namespaceGiven })
  return (await startRun(invocation, { runbook, input: { run: run.id, ...(pullRequest !== undefined && { pullRequest }) }, flags: where }))
    .report
}
