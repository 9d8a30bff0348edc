// A whole diagnosis of a large cluster against a listing of the same objects by the flux CLI.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { down, environment, sandboxPaths, standardServices, stopProcess, up, withSandbox } from '../../src/sandbox/index.ts'
import { allTools, manifestsDir } from '../sandbox/scratch.ts'
import { type Benchmark, median, timeProcess } from './benchmark.ts'
import { fillCluster } from './plan/cluster.ts'
import { type Measured, measure } from './plan/measure.ts'
import { PROGRAM, pathWithNode } from './program.ts'

const [NAME, FROM] = ['perf-recover', '2.9.2']
const OBJECTS = 10_000
const ROUNDS = 5
const [RATIO, MIB] = [0.7, 300]

const say = (text: string): void => void process.stderr.write(`${text}\n`)

/** A diagnosis that saw less than is there is no measurement. */
function assertSeen({ code, stdout, stderr }: Measured, objects: number): void {
  const told = stdout.startsWith('{') ? (JSON.parse(stdout) as { objects: number; unseen: unknown[] }) : undefined
  if (told === undefined || told.objects !== objects || told.unseen.length > 0)
    throw new Error(`recover ended with ${code} and saw ${told?.objects ?? 'nothing'} of ${objects}\n${stderr.slice(-3000)}`)
}

export const benchmark: Benchmark = async ({ objects: wanted = OBJECTS }) => {
  const root = await mkdtemp(join(tmpdir(), 'flux-ops-perf-'))
  try {
    const tools = await allTools()
    const ref = { name: NAME, root, manifestsDir }
    const state = await up({ ...ref, flux: 'none', tools, services: standardServices })
    await withSandbox(ref, (ctx) => ctx.applyCrds(FROM))
    for (const part of ['node-agent', 'kube-controller-manager']) await stopProcess(ref, part)
    const objects = await withSandbox(ref, (ctx) => fillCluster(ctx, FROM, wanted))
    say(`  ${objects} Flux objects are there`)
    const paths = sandboxPaths(state.dir)
    const sandbox = environment(paths)
    const env = { ...process.env, ...sandbox, PATH: pathWithNode(sandbox.PATH), XDG_STATE_HOME: join(paths.home, 'state') }
    const times: { ours: number[]; peer: number[]; mib: number } = { ours: [], peer: [], mib: 0 }
    for (let round = -1; round < ROUNDS; round++) {
      const peer = await timeProcess([tools.flux ?? 'flux', 'get', 'all', '-A'], env)
      const ours = await measure([PROGRAM, 'recover', '--json'], env)
      assertSeen(ours, objects)
      if (round < 0) continue // the first of each fills the caches of the server
      times.peer.push(peer)
      times.ours.push(ours.ms)
      times.mib = Math.max(times.mib, ours.mib)
      say(`  round ${round + 1}: ours ${(ours.ms / 1000).toFixed(2)} s, ${ours.mib.toFixed(0)} MiB, flux ${(peer / 1000).toFixed(2)} s`)
    }
    const what = `recover, ${objects} objects`
    return [
      { what, against: 'flux get all -A', ours: median(times.ours), peer: median(times.peer), reach: RATIO },
      { what, unit: 'MiB', ours: times.mib, limit: MIB },
    ]
  } finally {
    await down(NAME, { root, delete: true })
    await rm(root, { recursive: true, force: true })
  }
}
