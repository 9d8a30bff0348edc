// An existing sandbox to work on: its context, under its lock.
import { refusal } from '../errors.ts'
import { type ManifestsDir, makeContext } from './context.ts'
import type { Progress, SandboxContext } from './contract.ts'
import { lockPath } from './lifecycle.ts'
import { withLock } from './lock.ts'
import { defaultRoot, sandboxDir } from './paths.ts'
import { readState, type StateStore, stateStore } from './state.ts'

export interface SandboxRef {
  readonly name: string
  /** Folder that holds the sandboxes. */
  readonly root?: string | undefined
  readonly manifestsDir?: ManifestsDir | undefined
  readonly progress?: Progress | undefined
}

/** Throws OpsError `sandbox-missing` (refused) when there is none of this name, `sandbox-locked` when somebody else works on it. */
export async function withSandbox<T>(ref: SandboxRef, work: (ctx: SandboxContext, store: StateStore) => Promise<T>): Promise<T> {
  const dir = sandboxDir(ref.name, ref.root ?? defaultRoot())
  return await withLock(lockPath(dir), 60_000, async () => {
    const state = await readState(dir)
    if (state === undefined) throw refusal('sandbox-missing', `there is no sandbox ${ref.name}`, `flux-ops sandbox up --name ${ref.name}`)
    const store = stateStore(state)
    return await work(await makeContext({ store, manifestsDir: ref.manifestsDir, progress: ref.progress }), store)
  })
}
