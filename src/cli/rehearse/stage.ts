// The ports of the sandbox that a rehearsal is played in: the same adapters as for a real cluster, with the sandbox's environment and nothing of the user's.
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { systemClock } from '../../adapters/clock.ts'
import { buildContext, openWorld } from '../../adapters/context.ts'
import { createLeaseLock } from '../../adapters/lease-lock.ts'
import { markOf } from '../../adapters/processes.ts'
import { createRedactor } from '../../adapters/redactor.ts'
import { createRunStore } from '../../adapters/run-store.ts'
import type { LiveEvent, RunEvent } from '../../engine/events.ts'
import type { AnyRunbook } from '../../engine/model.ts'
import { type RunResult, runRunbook } from '../../engine/run.ts'
import { newRunId } from '../../engine/run-id.ts'
import type { Context, Progress } from '../../ports/context.ts'
import { environment } from '../../sandbox/index.ts'
import type { Invocation } from '../invocation.ts'

export interface Stage {
  /** With a progress of its own: a wait in a rehearsal is shown as one. */
  readonly ctx: Context
  /** The whole runbook, every check that can be passed over passed over. */
  play(runbook: AnyRunbook, input: unknown, emit: (event: RunEvent | LiveEvent) => void): Promise<RunResult>
  close(): void
}

export interface StageInput {
  /** Of the sandbox. */
  readonly dir: string
  readonly namespace: string
  readonly password: string
  readonly progress: (progress: Progress) => void
}

const WHY = 'rehearsal: to see what would happen'

export async function openStage(invocation: Invocation, { dir, namespace, password, progress }: StageInput): Promise<Stage> {
  const redactor = createRedactor()
  redactor.register(password)
  const store = createRunStore({ root: join(dir, 'rehearsal-runs'), clock: systemClock, redactor, pid: process.pid })
  const userAgent = `flux-ops/${invocation.version} rehearsal`
  const open = await openWorld({ env: environment({ dir }), namespace, runs: store, redactor, signal: invocation.signal, userAgent })
  const operator = 'rehearsal'
  const play: Stage['play'] = async (runbook, input, emit) => {
    const runId = newRunId(systemClock.now(), runbook.id, randomInt(0x10000))
    const ctx = buildContext(open, { runDir: store.dir(runId), operator })
    const owner = { run: runId, ...(await markOf(process.pid)) }
    const lock = createLeaseLock({ kube: ctx.kube, clock: systemClock, owner, namespace, signal: invocation.signal })
    const waivers = Object.fromEntries(runbook.checks.filter(({ severity }) => severity === 'error').map(({ id }) => [id, WHY]))
    const common = { runbook, runId, ctx, store, lock, emit, yes: true, tool: invocation.version, pid: process.pid }
    return runRunbook({ ...common, ask: async () => true, input, waivers })
  }
  const base = buildContext(open, { runDir: join(dir, 'preparation'), operator })
  return { ctx: { ...base, progress }, play, close: () => open.close() }
}
