// `down` ends what this sandbox started, by pid and start time, and nothing else. The folder stays unless it is asked to go.
import { rm } from 'node:fs/promises'
import type { SandboxState } from './contract.ts'
import { endAll, lockPath } from './lifecycle.ts'
import { withLock } from './lock.ts'
import { DEFAULT_NAME, defaultRoot, sandboxDir } from './paths.ts'
import { readState, stateStore } from './state.ts'

export interface DownOptions {
  readonly root?: string
  /** Remove the sandbox's folder too: cluster, repositories, keys. */
  readonly delete?: boolean
  /** How long each process has between SIGTERM and SIGKILL. */
  readonly graceMs?: number
}

export interface DownResult {
  readonly name: string
  /** false when there was no such sandbox: nothing to do is not an error. */
  readonly found: boolean
  readonly ended: number
  readonly deleted: boolean
}

export async function down(name: string = DEFAULT_NAME, options: DownOptions = {}): Promise<DownResult> {
  const dir = sandboxDir(name, options.root ?? defaultRoot())
  return await withLock(lockPath(dir), 60_000, async () => {
    const state = await readState(dir)
    if (state === undefined) return { name, found: false, ended: 0, deleted: false }
    const ended = await end(state, options.graceMs ?? 5000)
    if (options.delete === true) await rm(dir, { recursive: true, force: true, maxRetries: 3 })
    return { name, found: true, ended, deleted: options.delete === true }
  })
}

async function end(state: SandboxState, graceMs: number): Promise<number> {
  return await endAll(stateStore(state), graceMs)
}
