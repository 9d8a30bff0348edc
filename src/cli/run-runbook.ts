// Glue between a command and the engine: opens what a run needs, drives it, gives its report back.
import { randomInt } from 'node:crypto'
import { dryRunContext } from '../adapters/dry-run.ts'
import type { AnyRunbook, Completed } from '../engine/model.ts'
import { parseWith } from '../engine/plan.ts'
import { abandon, type DriveOptions, type RunResult, resume, runRunbook } from '../engine/run.ts'
import { newRunId } from '../engine/run-id.ts'
import { EMPTY_STATE } from '../engine/run-state.ts'
import { OpsError } from '../errors.ts'
import { type Desk, openDesk } from './desk.ts'
import type { Invocation } from './invocation.ts'
import { createPrompt } from './prompt.ts'
import type { RunFlags } from './run-flags.ts'
import { type RunReport, runReport } from './run-report.ts'

export interface StartRequest {
  readonly runbook: AnyRunbook
  readonly input: unknown
  readonly flags: RunFlags
  readonly planOnly?: boolean
  readonly planAnyway?: boolean
  /** Out of a plan file. */
  readonly plan?: unknown
  /** Called once the cluster is known, before the run begins: throws to refuse. */
  readonly assertCluster?: (uid: string) => void
}

export interface Driven {
  readonly report: RunReport
  readonly result: RunResult
  /** UID of the cluster; undefined for a resumed run. */
  readonly clusterUid?: string
  /** Why there was nothing to be done, and no run. */
  readonly nothing?: string
  readonly clean?: (text: string) => string
}

async function driveOptions(
  desk: Desk,
  invocation: Invocation,
  flags: RunFlags,
  runbook: AnyRunbook,
  runId: string,
): Promise<DriveOptions<unknown, unknown>> {
  const ctx = desk.contextFor(runId)
  const would = (text: string) => desk.emit({ type: 'note', level: 'info', text: `would: ${text}` })
  return {
    runbook,
    runId,
    ctx: flags.dryRun ? dryRunContext(ctx, would) : ctx,
    store: desk.store,
    lock: await (runbook.beforeFlux ? desk.lockFor(runId, 'kube-system') : desk.lockFor(runId)),
    emit: desk.emit,
    ask: createPrompt({ signal: invocation.signal, json: flags.json, beforeAsking: () => desk.stopDrawing() }),
    yes: flags.yes,
    dryRun: flags.dryRun,
    tool: invocation.version,
    pid: process.pid,
  }
}

/** A cluster that does not answer stops a new run before it is one: nothing was changed and there is nothing to resume. */
async function uidOf(desk: Desk): Promise<string> {
  try {
    return (await desk.open.world.kube.identity()).uid
  } catch (error) {
    if (!(error instanceof OpsError) || error.exit !== 'failed') throw error
    const { code, message, hints } = error
    throw new OpsError({ code, message, hints, exit: 'checks', cause: error })
  }
}

/** The input with what the person left out; undefined fields of it are the runbook's to find. */
async function complete({ runbook, ctx }: DriveOptions<unknown, unknown>, given: unknown): Promise<Completed<unknown>> {
  if (runbook.complete === undefined) return { input: given }
  return runbook.complete(ctx, parseWith(runbook.input, given, 'input-invalid', `the input of ${runbook.id}`))
}

const nothingToDo = (desk: Desk, runId: string, nothing: string): Driven => {
  desk.emit({ type: 'note', level: 'info', text: nothing })
  const result: RunResult = { outcome: 'planned', exit: 'done', runId, state: EMPTY_STATE }
  return { result, report: runReport(result, null), nothing, clean: desk.clean }
}

export async function startRun(invocation: Invocation, request: StartRequest): Promise<Driven> {
  const { runbook, flags, planOnly = false, planAnyway = false } = request
  const desk = await openDesk(invocation, flags)
  try {
    const clusterUid = await uidOf(desk)
    request.assertCluster?.(clusterUid)
    const runId = newRunId(desk.open.world.clock.now(), runbook.id, randomInt(0x10000))
    const drive = await driveOptions(desk, invocation, flags, runbook, runId)
    const completed = await complete(drive, request.input)
    if ('nothing' in completed) return nothingToDo(desk, runId, completed.nothing)
    const plan = request.plan === undefined ? {} : { plan: request.plan }
    const result = await runRunbook({ ...drive, input: completed.input, waivers: flags.waivers, planOnly, planAnyway, ...plan })
    const kept = !planOnly && !flags.dryRun
    return { result, report: runReport(result, kept ? desk.store.dir(runId) : null), clusterUid, clean: desk.clean }
  } finally {
    desk.close()
  }
}

/** Takes run `runId` up again, or back. */
export async function continueRun(
  invocation: Invocation,
  how: 'resume' | 'abandon',
  request: { readonly runbook: AnyRunbook; readonly runId: string; readonly flags: RunFlags },
): Promise<Driven> {
  const { runbook, runId, flags } = request
  const desk = await openDesk(invocation, flags)
  try {
    const drive = await driveOptions(desk, invocation, flags, runbook, runId)
    const result = await (how === 'resume' ? resume(drive) : abandon(drive))
    return { result, report: runReport(result, desk.store.dir(runId)) }
  } finally {
    desk.close()
  }
}
