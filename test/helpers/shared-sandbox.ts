// A sandbox of one style with Flux reconciling: brought up by the first test file that asks, put back to that state for each that follows.
// Test files run in lanes side by side; each lane has sandboxes of its own.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  down,
  restore,
  type SandboxPaths,
  sandboxPaths,
  snapshot,
  standardServices,
  standardTools,
  type Tools,
  up,
} from '../../src/sandbox/index.ts'
import { allTools, manifestsDir } from '../sandbox/scratch.ts'
import { settled } from './settled.ts'
import { ROOT } from './shared-root.ts'

export type Style = 'pin' | 'bootstrap' | 'operator' | 'operator-helm' | 'helm'

export interface SharedSandbox {
  readonly name: string
  readonly root: string
  readonly paths: SandboxPaths
  readonly tools: Tools
  /** Back to the first state, or to one that was kept, all controllers running; seconds. `until`: where not everything is ready in it. */
  reset(label?: string, until?: () => Promise<void>): Promise<void>
  /** Keeps the state as it is now. */
  keep(label: string): Promise<void>
  /** Ends its processes; the next test file that asks gets it back. Removed at once when it is shared with nobody. */
  release(): Promise<void>
}

const FRESH = 'fresh'
/** The release that nearly all tests begin with: not in the name of its sandbox. */
const USUAL = '2.7.3'

/** Which of the files that run at the same time this one is: vitest numbers them from 1. */
const lane = (): string => process.env.VITEST_POOL_ID ?? '1'

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

export async function sharedSandbox(style: Style, flux: string, options: { forge?: boolean } = {}): Promise<SharedSandbox> {
  const forge = options.forge === true
  const name = [style, ...(flux === USUAL ? [] : [flux.replaceAll('.', '-')]), ...(forge ? ['forge'] : []), lane()].join('-')
  const shared = process.env[ROOT] || undefined
  const root = shared ?? (await mkdtemp(join(tmpdir(), 'flux-ops-runbook-')))
  const tools = forge ? await standardTools(true, () => {}, ['forge']) : await allTools()
  const paths = sandboxPaths(join(root, name))
  const ref = { name, root, manifestsDir, services: standardServices }
  if (await exists(join(paths.snapshots, FRESH))) {
    await restore(ref, FRESH)
  } else {
    const start = performance.now()
    await up({ ...ref, flux, style, tools, forge })
    console.log(`style ${style}: Flux ${flux} reconciles its repository after ${((performance.now() - start) / 1000).toFixed(1)} s`)
    if (!forge) await keepRefLog(join(paths.git, 'home-ops.git'))
    await snapshot(ref, FRESH)
  }
  const calm = (): Promise<void> => settled(paths.dir, tools.kubectl ?? 'kubectl')
  await calm()
  return {
    name,
    root,
    paths,
    tools,
    reset: async (label = FRESH, until = calm) => {
      await restore(ref, label)
      await until()
    },
    keep: (label) => snapshot(ref, label),
    release: async () => {
      await down(name, { root, delete: shared === undefined, graceMs: 0 })
      if (shared === undefined) await rm(root, { recursive: true, force: true })
    },
  }
}

/** From here on the server writes down every change of a branch: a push that happened twice shows. */
async function keepRefLog(bare: string): Promise<void> {
  await promisify(execFile)('git', ['-C', bare, 'config', 'core.logAllRefUpdates', 'true'])
}
