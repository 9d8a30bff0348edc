// The storage migration of a cluster against `flux migrate`: 10,000 objects, both from the same snapshot of etcd and an API server; what else a
// sandbox has is ended, so that neither shares the machine with it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { down, environment, restore, type SandboxState, sandboxPaths, snapshot, stopProcess, up } from '../../src/sandbox/index.ts'
import { connectTo, GROUP, storedVersionsOf } from '../helpers/stored-objects.ts'
import { oldObjects } from '../sandbox/old-storage.ts'
import { allTools, manifestsDir } from '../sandbox/scratch.ts'
import { type Benchmark, timeProcess } from './benchmark.ts'

const [NAME, LABEL] = ['perf-migrate', 'old']
const OBJECTS = 10_000
const REACH = 0.2
const BESIDE = ['kube-controller-manager', 'node-agent']
const OURS = fileURLToPath(new URL('../helpers/migrate-process.ts', import.meta.url))

const say = (text: string): void => void process.stderr.write(`${text}\n`)

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

async function seed({ dir }: SandboxState, objects: number): Promise<void> {
  const began = performance.now()
  const connection = await connectTo(dir)
  try {
    await oldObjects(connection.kube, dir, objects, 'v1beta2')
  } finally {
    connection.close()
  }
  say(`  ${objects} objects stored as v1beta2 after ${seconds(performance.now() - began)}`)
}

/** A migration that left something is no measurement. */
async function assertMigrated(dir: string, objects: number): Promise<void> {
  const stored = [...(await storedVersionsOf(dir)).values()]
  const done = stored.filter((version) => version === `${GROUP}/v1`).length
  if (done !== objects) throw new Error(`${done} of ${objects} objects are stored as v1`)
}

export const benchmark: Benchmark = async ({ objects = OBJECTS }) => {
  const root = await mkdtemp(join(tmpdir(), 'flux-ops-perf-'))
  try {
    const tools = await allTools()
    const state = await up({ name: NAME, root, flux: 'none', tools, manifestsDir })
    const { dir } = sandboxPaths(state.dir)
    await seed(state, objects)
    await snapshot({ name: NAME, root, manifestsDir }, LABEL)
    const env = { ...process.env, ...environment({ dir }) }
    const time = async (who: string, argv: readonly string[], stderr?: 'ignore'): Promise<number> => {
      await restore({ name: NAME, root, manifestsDir }, LABEL)
      for (const part of BESIDE) await stopProcess({ name: NAME, root }, part)
      const taken = await timeProcess(argv, env, stderr)
      await assertMigrated(dir, objects)
      say(`  ${who}: ${seconds(taken)}, ${Math.round(objects / (taken / 1000))} objects a second`)
      return taken
    }
    const ours = await time('flux-ops', [process.execPath, OURS, dir, join(dir, 'run')])
    const peer = await time('flux migrate', [tools['flux-2.9.2'] ?? 'flux', 'migrate', '--timeout=1h'], 'ignore')
    return [{ what: `migrate ${objects} objects`, against: 'flux migrate', ours, peer, reach: REACH }]
  } finally {
    await down(NAME, { root, delete: true })
    await rm(root, { recursive: true, force: true })
  }
}
