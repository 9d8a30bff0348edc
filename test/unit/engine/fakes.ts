// Ports in memory, given as arguments. The world of these runs is a list of effects.
import type { JournalLine, LiveEvent, RunEvent } from '../../../src/engine/events.ts'
import type { CheckResult, Runbook, Severity, Step, WriteStep } from '../../../src/engine/model.ts'
import type { RunOptions } from '../../../src/engine/run.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Context } from '../../../src/ports/context.ts'
import type { Journal, Lock, LockHandle, RunStore } from '../../../src/ports/runs.ts'

export const RUN = '20261121-031200-demo-1a2b'

export interface Input {
  readonly to: string
}
export interface Plan {
  readonly to: string
}

const asRecord = (value: unknown): { to: string } => {
  if (typeof (value as { to?: unknown })?.to !== 'string') throw new Error('to is missing')
  return value as { to: string }
}

/** What happened in the world, in order; `done` holds the effects that are in force. */
export interface World {
  readonly effects: string[]
  readonly done: Set<string>
}

export const newWorld = (): World => ({ effects: [], done: new Set() })

export const writeStep = (world: World, id: string, extra: Partial<WriteStep<Plan>> = {}): WriteStep<Plan> => ({
  kind: 'write',
  id,
  title: `does ${id}`,
  why: 'because',
  preview: () => [`do ${id}`],
  isDone: async () => world.done.has(id),
  run: async () => {
    world.effects.push(id)
    world.done.add(id)
    return { by: id }
  },
  undo: async () => {
    world.effects.push(`undo ${id}`)
    world.done.delete(id)
  },
  ...extra,
})

export const check = (id: string, severity: Severity, answer: CheckResult | (() => Promise<CheckResult>)) => ({
  id,
  severity,
  title: `${id} holds`,
  probe: async (): Promise<CheckResult> => (typeof answer === 'function' ? answer() : answer),
})

export const runbookOf = (steps: readonly Step<Plan>[], extra: Partial<Runbook<Input, Plan>> = {}): Runbook<Input, Plan> => ({
  id: 'demo',
  version: 1,
  title: 'Demo',
  input: { parse: asRecord },
  planSchema: { parse: asRecord },
  checks: [check('reachable', 'gate', { status: 'pass' })],
  plan: async (_ctx, input) => ({ to: input.to }),
  steps: () => steps,
  describe: (plan) => [`to ${plan.to}`],
  ...extra,
})

export interface MemoryStore extends RunStore {
  readonly lines: JournalLine[]
  /** Appends that are still let through; the process "dies" at the next one: it never returns. */
  lives: number
  /** When set, the next append fails with it. */
  failure: OpsError | undefined
  /** Resolves at the next death. */
  next(): Promise<void>
}

export const memoryStore = (lives = Number.POSITIVE_INFINITY): MemoryStore => {
  const lines: JournalLine[] = []
  let die = (): void => undefined
  const next = (): Promise<void> =>
    new Promise<void>((resolve) => {
      die = resolve
    })
  const append = (event: RunEvent): Promise<void> => {
    if (store.failure) return Promise.reject(store.failure)
    if (store.lives <= 0) {
      die()
      return new Promise(() => undefined)
    }
    store.lives -= 1
    const copy = JSON.parse(JSON.stringify(event)) as RunEvent
    lines.push({ seq: lines.length, at: '2026-11-21T03:12:00.000Z', prev: '0'.repeat(64), event: copy })
    return Promise.resolve()
  }
  const journal: Journal = { append }
  const store: MemoryStore = {
    lines,
    lives,
    failure: undefined,
    next,
    list: async () => [RUN],
    read: async (id) => ({ id, dir: '/runs', lines: [...lines], tornBytes: 0 }),
    create: async () => journal,
    open: async () => journal,
    dir: (id) => `/runs/${id}`,
  }
  return store
}

export interface MemoryLock extends Lock {
  held: boolean
  lost: boolean
  acquired: number
}

export const memoryLock = (): MemoryLock => {
  const handle: LockHandle = {
    assertHeld: () => {
      if (lock.lost) throw new OpsError({ code: 'lock-lost', message: 'the lease was lost', exit: 'refused' })
    },
    release: async () => {
      lock.held = false
    },
  }
  const lock: MemoryLock = {
    held: false,
    lost: false,
    acquired: 0,
    acquire: async () => {
      lock.held = true
      lock.acquired += 1
      return handle
    },
  }
  return lock
}

const identity = { context: 'prod', server: 'https://api', uid: 'uid-1', version: 'v1.34.4' }

export const contextOf = (signal: AbortSignal = new AbortController().signal, uid = 'uid-1'): Context =>
  ({
    target: { context: 'prod', namespace: 'flux-system' },
    kube: { identity: async () => ({ ...identity, uid }) },
    clock: { now: () => new Date('2026-11-21T03:12:00Z'), sleep: async () => undefined },
    runDir: '/runs/x',
    operator: 'you@laptop',
    signal,
    progress: () => undefined,
  }) as unknown as Context

export interface Fixture {
  readonly options: RunOptions<Input, Plan>
  readonly store: MemoryStore
  readonly lock: MemoryLock
  readonly events: (RunEvent | LiveEvent)[]
  /** Types of the journaled events, steps with their id. */
  journaled(): string[]
}

export const fixture = (runbook: Runbook<Input, Plan>, change: Partial<RunOptions<Input, Plan>> = {}, store = memoryStore()): Fixture => {
  const lock = memoryLock()
  const events: (RunEvent | LiveEvent)[] = []
  const options: RunOptions<Input, Plan> = {
    runbook,
    runId: RUN,
    input: { to: '2.9.2' },
    ctx: contextOf(),
    store,
    lock,
    emit: (event) => events.push(event),
    ask: async () => true,
    yes: true,
    tool: '0.1.0',
    pid: 42,
    ...change,
  }
  const journaled = (): string[] => store.lines.map(({ event }) => ('id' in event ? `${event.type} ${event.id}` : event.type))
  return { options, store, lock, events, journaled }
}
