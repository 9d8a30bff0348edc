// Drives a runbook on a sandbox the way the CLI does, with ports that a test may wrap.
import { randomInt, randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runbooks } from '../../runbooks/index.ts'
import { systemClock } from '../../src/adapters/clock.ts'
import { buildContext, openWorld, type World } from '../../src/adapters/context.ts'
import { dryRunContext } from '../../src/adapters/dry-run.ts'
import { createLeaseLock } from '../../src/adapters/lease-lock.ts'
import { markOf } from '../../src/adapters/processes.ts'
import { createRedactor } from '../../src/adapters/redactor.ts'
import { createRunStore } from '../../src/adapters/run-store.ts'
import type { LiveEvent, RunEvent } from '../../src/engine/events.ts'
import { abandon, type RunResult, resume, runRunbook } from '../../src/engine/run.ts'
import { newRunId } from '../../src/engine/run-id.ts'
import { environment } from '../../src/sandbox/index.ts'

export interface DriveInput {
  readonly dir: string // of the sandbox
  readonly runbook: string
  readonly input?: unknown
  readonly resume?: string
  readonly abandon?: string
  /** On top of the sandbox's own. */
  readonly env?: Readonly<Record<string, string>>
  readonly dryRun?: boolean
  readonly planOnly?: boolean
  readonly waivers?: Readonly<Record<string, string>>
  readonly decorate?: (world: World) => World
  readonly onEvent?: (event: RunEvent | LiveEvent) => void
}

export interface Driven extends RunResult {
  readonly events: readonly (RunEvent | LiveEvent)[]
  readonly runDir: string
}

export async function drive(options: DriveInput): Promise<Driven> {
  const env = { ...environment({ dir: options.dir }), ...options.env }
  const redactor = createRedactor()
  const store = createRunStore({ root: join(options.dir, 'test-runs'), clock: systemClock, redactor, pid: process.pid })
  const events: (RunEvent | LiveEvent)[] = []
  const abort = new AbortController()
  const { decorate } = options
  const open = await openWorld({
    env,
    namespace: 'flux-system',
    runs: store,
    redactor,
    signal: abort.signal,
    userAgent: 'flux-ops/test',
    ...(decorate === undefined ? {} : { decorate }),
  })
  const runbook = await (runbooks[options.runbook] ?? (() => Promise.reject(new Error(`no runbook ${options.runbook}`))))()
  const runId = options.resume ?? options.abandon ?? newRunId(systemClock.now(), options.runbook, randomInt(65_536))
  const emit = (event: RunEvent | LiveEvent): void => {
    events.push(event)
    options.onEvent?.(event)
  }
  const ctx = buildContext(open, { runDir: store.dir(runId), operator: 'tester@here' })
  const owner = { run: runId, ...(await markOf(process.pid)) }
  const lock = createLeaseLock({
    kube: open.world.kube,
    clock: systemClock,
    owner,
    namespace: runbook.beforeFlux ? 'kube-system' : 'flux-system',
    signal: abort.signal,
  })
  const common = {
    runbook,
    runId,
    ctx: options.dryRun === true ? dryRunContext(ctx, () => undefined) : ctx,
    store,
    lock,
    emit,
    ask: async () => true,
    yes: true,
    dryRun: options.dryRun ?? false,
    tool: '0.0.0',
    pid: process.pid,
  }
  try {
    const result =
      options.abandon !== undefined
        ? await abandon(common)
        : options.resume === undefined
          ? await runRunbook({ ...common, input: options.input, waivers: options.waivers ?? {}, planOnly: options.planOnly ?? false })
          : await resume(common)
    return { ...result, events, runDir: store.dir(runId) }
  } finally {
    open.close()
    await keep(options.dir, events)
  }
}

/** For the search for secrets at the end of the suite. */
async function keep(dir: string, events: readonly unknown[]): Promise<void> {
  const folder = join(dir, 'evidence')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${randomUUID()}.events.json`), JSON.stringify(events))
}
