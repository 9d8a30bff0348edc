// state.json says what this sandbox is and which processes are its own. It is the only record: what is not in it, `down` finds by the mark (orphans.ts).
import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { OpsError } from '../errors.ts'
import { readIfExists, writeFileAtomic } from './atomic-file.ts'
import type { SandboxState, Style } from './contract.ts'
import { sandboxPaths } from './paths.ts'

export const processRecordSchema = z.object({
  name: z.string(),
  pid: z.number().int().positive(),
  startTime: z.string(),
  log: z.string(),
  argv: z.array(z.string()),
})

const stateSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  name: z.string(),
  dir: z.string(),
  createdAt: z.string(),
  flux: z.string().nullable(),
  style: z.enum(['pin', 'bootstrap', 'operator', 'operator-helm', 'helm', 'none']),
  forge: z.boolean().exactOptional(),
  silent: z.boolean().exactOptional(),
  ports: z.record(z.string(), z.number().int()),
  processes: z.record(z.string(), processRecordSchema),
  tools: z.record(z.string(), z.string()),
  stages: z.array(z.string()),
})

export interface NewState {
  readonly name: string
  readonly dir: string
  readonly flux: string | null
  readonly style: Style
  readonly forge?: boolean
  readonly silent?: boolean
}

export function newState(input: NewState): SandboxState {
  return { version: 1, id: randomUUID(), ...input, createdAt: new Date().toISOString(), ports: {}, processes: {}, tools: {}, stages: [] }
}

/** undefined when there is no sandbox in `dir`. Throws OpsError `sandbox-state` for a file that is not ours. */
export async function readState(dir: string): Promise<SandboxState | undefined> {
  const path = sandboxPaths(dir).state
  const text = await readIfExists(path)
  if (text === undefined) return undefined
  try {
    return stateSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new OpsError({
      code: 'sandbox-state',
      message: `${path} cannot be read as the state of a sandbox`,
      hints: [`end its processes by hand, remove ${dir}, then flux-ops sandbox up`],
      cause,
    })
  }
}

export async function writeState(state: SandboxState): Promise<void> {
  await writeFileAtomic(sandboxPaths(state.dir).state, `${JSON.stringify(state, null, 2)}\n`)
}

/** The one writer of state.json while the lock is held: changes are applied and stored in the order they are asked for. */
export interface StateStore {
  get(): SandboxState
  change(edit: (state: SandboxState) => SandboxState): Promise<void>
}

export function stateStore(first: SandboxState): StateStore {
  let state = first
  let queue: Promise<void> = Promise.resolve()
  return {
    get: () => state,
    change: (edit) => {
      state = edit(state)
      const snapshot = state
      queue = queue.catch(() => {}).then(() => writeState(snapshot))
      return queue
    },
  }
}
