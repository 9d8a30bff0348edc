// A sandbox of a test's own, in a temporary folder, gone afterwards.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { down, environment, type SandboxRef, type SandboxState, standardTools, type Tools, up } from '../../src/sandbox/index.ts'
import { onceEach } from '../../src/sandbox/standard.ts'
import { fluxManifestsDir } from '../../src/sandbox/toolchain/index.ts'

export const manifestsDir = onceEach((version) => fluxManifestsDir(version))
export const allTools = (): Promise<Tools> => standardTools(true, () => {})
/** For a cluster without Flux. */
export const controlPlaneTools = (): Promise<Tools> => standardTools(false, () => {})

export interface Scratch {
  readonly root: string
  ref(name?: string): SandboxRef & { root: string }
  up(name?: string, flux?: string): Promise<SandboxState>
  /** stdout of kubectl against a sandbox. Throws with stderr. */
  kubectl(args: readonly string[], name?: string): Promise<string>
  remove(): Promise<void>
}

export async function scratch(needed: () => Promise<Tools> = allTools): Promise<Scratch> {
  const root = await mkdtemp(join(tmpdir(), 'flux-ops-sandbox-'))
  const names = new Set<string>()
  const tools = await needed()
  const ref = (name = 'main') => ({ name, root, manifestsDir })
  return {
    root,
    ref,
    up: (name = 'main', flux = 'none') => {
      names.add(name)
      return up({ name, root, flux, tools, manifestsDir })
    },
    kubectl: async (args, name = 'main') => {
      const env = environment({ dir: join(root, name) })
      const { stdout } = await promisify(execFile)(tools.kubectl ?? '', [...args], { env, maxBuffer: 2 ** 26 })
      return stdout
    },
    remove: async () => {
      for (const name of names) await down(name, { root, delete: true, graceMs: 0 })
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** Polls until `probe` gives something else than undefined or false. */
export async function eventually<T>(what: string, probe: () => Promise<T | undefined | false>, withinMs = 30_000): Promise<T> {
  const deadline = Date.now() + withinMs
  let last: unknown
  for (;;) {
    try {
      const found = await probe()
      if (found !== undefined && found !== false) return found
    } catch (error) {
      last = error
    }
    if (Date.now() > deadline) throw new Error(`not seen in ${withinMs / 1000} s: ${what}`, { cause: last })
    await sleep(100)
  }
}
