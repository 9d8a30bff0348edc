// Carries out a plan file: only what it says, only where it was made for.
import { resolve } from 'node:path'
import type { Invocation } from './invocation.ts'
import { loadRunbook } from './load-runbook.ts'
import { assertPlanCluster, assertPlanFits, readPlanFile } from './plan-file.ts'
import type { RunFlags } from './run-flags.ts'
import { type Driven, startRun } from './run-runbook.ts'

export async function applyPlan(invocation: Invocation, request: { runbook: string; file: string; flags: RunFlags }): Promise<Driven> {
  const path = resolve(request.file)
  const file = await readPlanFile(path)
  const runbook = await loadRunbook(request.runbook)
  assertPlanFits(file, path, runbook)
  return startRun(invocation, {
    runbook,
    input: file.input,
    plan: file.plan,
    flags: request.flags,
    assertCluster: (uid) => assertPlanCluster(file, path, uid),
  })
}
