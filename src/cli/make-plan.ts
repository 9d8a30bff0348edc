// Checks and plan only: kept in a file, and told in Markdown, where that is asked for.
import { resolve } from 'node:path'
import { localFiles } from '../adapters/files.ts'
import { EXIT_CODES, usageError } from '../errors.ts'
import type { Invocation } from './invocation.ts'
import { loadRunbook } from './load-runbook.ts'
import { writePlanFile } from './plan-file.ts'
import { assertMarkdownFree, writeMarkdown } from './plan-markdown.ts'
import { tellRehearsal, withRehearsal } from './rehearse/told.ts'
import type { RunFlags } from './run-flags.ts'
import type { RunReport } from './run-report.ts'
import { type Driven, startRun } from './run-runbook.ts'

export interface PlanRequest {
  readonly runbook: string
  readonly input: unknown
  readonly flags: RunFlags
  readonly out: string | undefined
  /** A file, or `-` for stdout. */
  readonly markdown?: string | undefined
  /** What the plan's reader has to do first is waited for: exit 4 while there is any. */
  readonly ci?: boolean
  /** The plan is played in a sandbox as well. */
  readonly rehearse?: boolean
}

/** A plan that cannot be kept is not worth minutes of checking. */
async function assertFree(out: string): Promise<void> {
  if (await localFiles.exists(out)) throw usageError('file-exists', `${out} exists already`, 'name another file, or remove it first')
  const folder = resolve(out, '..')
  if (!(await localFiles.exists(folder))) throw usageError('file-missing', `${folder} does not exist`, `mkdir -p ${folder}`)
}

/** The report with the plan for a reader, and exit 4 where a person has to act before the merge. */
function reviewed(driven: Driven, runbook: Awaited<ReturnType<typeof loadRunbook>>, ci: boolean): RunReport {
  const { report } = driven
  if (report.plan === null || runbook.review === undefined) return report
  const review = runbook.review(runbook.planSchema.parse(report.plan))
  const waits = ci && report.exit === 'done' && review.before.length > 0
  return waits ? { ...report, exit: 'waiting', exitCode: EXIT_CODES.waiting.code, review } : { ...report, review }
}

/** A rehearsal that fails, or that could not be had, is a plan that is not kept: exit 3. */
async function rehearsed(invocation: Invocation, report: RunReport, flags: RunFlags): Promise<RunReport> {
  if (report.plan === null) return report
  const { rehearseCluster } = await import('./rehearse/of-cluster.ts')
  const rehearsal = await rehearseCluster(invocation, flags, report.plan)
  tellRehearsal(rehearsal, flags)
  return withRehearsal(report, rehearsal)
}

export async function makePlan(invocation: Invocation, request: PlanRequest): Promise<RunReport> {
  const { runbook: id, input, out, markdown, ci = false, rehearse = false } = request
  const path = out === undefined ? undefined : resolve(out)
  if (path !== undefined) await assertFree(path)
  if (markdown !== undefined) await assertMarkdownFree(markdown)
  const flags = { ...request.flags, stdoutTaken: markdown === '-' }
  const runbook = await loadRunbook(id)
  const told = { runbook: id, to: markdown, ci }
  const start = { runbook, input, flags, planOnly: true, planAnyway: ci || rehearse || markdown !== undefined }
  const driven = await startRun(invocation, start).catch(async (error: unknown) => {
    await writeMarkdown({ ...told, error })
    throw error
  })
  const planned = reviewed(driven, runbook, ci)
  const report = rehearse ? await rehearsed(invocation, planned, flags) : planned
  await writeMarkdown({ ...told, driven, review: report.review })
  if (report.exit === 'waiting') process.stderr.write(`◎ ${id}: not yet, something has to be done before the merge\n`)
  if (path === undefined || report.plan === null || !['done', 'waiting'].includes(report.exit)) return report
  await writePlanFile(path, {
    tool: invocation.version,
    runbook: { id: runbook.id, version: runbook.version },
    cluster: { uid: driven.clusterUid ?? '', context: driven.result.state.run?.cluster.context ?? '' },
    madeAt: new Date().toISOString(),
    input: driven.result.state.run?.input as never,
    plan: report.plan as never,
  })
  process.stderr.write(`✔ plan kept in ${path}\n${ci ? '' : `  → flux-ops ${id} apply ${path}\n`}`)
  return report
}
