// Checks and plan only, kept in a file when asked to.
import { resolve } from 'node:path'
import { localFiles } from '../adapters/files.ts'
import { usageError } from '../errors.ts'
import type { Invocation } from './invocation.ts'
import { loadRunbook } from './load-runbook.ts'
import { writePlanFile } from './plan-file.ts'
import type { RunFlags } from './run-flags.ts'
import type { RunReport } from './run-report.ts'
import { startRun } from './run-runbook.ts'

export interface PlanRequest {
  readonly runbook: string
  readonly input: unknown
  readonly flags: RunFlags
  readonly out: string | undefined
}

/** A plan that cannot be kept is not worth minutes of checking. */
async function assertFree(out: string): Promise<void> {
  if (await localFiles.exists(out)) throw usageError('file-exists', `${out} exists already`, 'name another file, or remove it first')
  const folder = resolve(out, '..')
  if (!(await localFiles.exists(folder))) throw usageError('file-missing', `${folder} does not exist`, `mkdir -p ${folder}`)
}

export async function makePlan(invocation: Invocation, { runbook: id, input, flags, out }: PlanRequest): Promise<RunReport> {
  const path = out === undefined ? undefined : resolve(out)
  if (path !== undefined) await assertFree(path)
  const runbook = await loadRunbook(id)
  const { report, result, clusterUid } = await startRun(invocation, { runbook, input, flags, planOnly: true })
  if (path === undefined || report.plan === null || report.exit !== 'done') return report
  await writePlanFile(path, {
    tool: invocation.version,
    runbook: { id: runbook.id, version: runbook.version },
    cluster: { uid: clusterUid ?? '', context: result.state.run?.cluster.context ?? '' },
    madeAt: new Date().toISOString(),
    input: result.state.run?.input as never,
    plan: report.plan as never,
  })
  process.stderr.write(`✔ plan kept in ${path}\n  → flux-ops ${id} apply ${path}\n`)
  return report
}
