// A whole diagnosis of a large cluster against a listing of the same objects by the flux CLI, on this machine and over a slower network; and how soon anything is said.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { down, environment, sandboxPaths, standardServices, stopProcess, up, withSandbox } from '../../src/sandbox/index.ts'
import { apiRelay } from '../helpers/api-relay.ts'
import { allTools, manifestsDir } from '../sandbox/scratch.ts'
import { type Benchmark, type Figure, type Limited, median, timeProcess } from './benchmark.ts'
import { fillCluster } from './plan/cluster.ts'
import { type Measured, measure } from './plan/measure.ts'
import { PROGRAM, pathWithNode } from './program.ts'

const [NAME, FROM] = ['perf-recover', '2.9.2']
const OBJECTS = 10_000
const ROUNDS = 5
const FIRST_LINES = 15
const [RATIO, SLOW_RATIO, MIB, FIRST_MS] = [0.7, 0.3, 300, 300]
/** Added to each answer of the API server. */
const SLOW_MS = 20

type Env = NodeJS.ProcessEnv

const say = (text: string): void => void process.stderr.write(`${text}\n`)

/** A diagnosis that saw less than is there is no measurement. */
function assertSeen({ code, stdout, stderr }: Measured, objects: number): void {
  const told = stdout.startsWith('{') ? (JSON.parse(stdout) as { objects: number; unseen: unknown[] }) : undefined
  if (told === undefined || told.objects !== objects || told.unseen.length > 0)
    throw new Error(`recover ended with ${code} and saw ${told?.objects ?? 'nothing'} of ${objects}\n${stderr.slice(-3000)}`)
}

/** Both in turn, so that a slower minute of the machine meets both. */
async function compare(flux: string, env: Env, objects: number, how: string): Promise<{ ours: number; peer: number; mib: number }> {
  const times: { ours: number[]; peer: number[]; mib: number } = { ours: [], peer: [], mib: 0 }
  for (let round = -1; round < ROUNDS; round++) {
    const peer = await timeProcess([flux, 'get', 'all', '-A'], env)
    const ours = await measure([PROGRAM, 'recover', '--json'], env)
    assertSeen(ours, objects)
    if (round < 0) continue // the first of each fills the caches of the server
    times.peer.push(peer)
    times.ours.push(ours.ms)
    times.mib = Math.max(times.mib, ours.mib)
    const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`
    say(
      `  ${how}, round ${round + 1}: ours ${seconds(ours.ms)} (${ours.cpu} s of processor), ${ours.mib.toFixed(0)} MiB, flux ${seconds(peer)}`,
    )
  }
  return { ours: median(times.ours), peer: median(times.peer), mib: times.mib }
}

/** Milliseconds from the start of the whole process to its first byte on stderr. It ends by itself. */
const firstLine = (argv: readonly string[], env: Env): Promise<number> =>
  new Promise((resolve, reject) => {
    const [command = '', ...args] = argv
    const began = performance.now()
    let first = Number.NaN
    const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
    child.stderr.once('data', () => {
      first = performance.now() - began
    })
    child.on('error', reject)
    child.on('close', () => (Number.isNaN(first) ? reject(new Error(`${argv.join(' ')} said nothing`)) : resolve(first)))
  })

async function firstLines(kubectl: string, env: Env): Promise<(Figure | Limited)[]> {
  const [ours, peer]: [number[], number[]] = [[], []]
  for (let round = -1; round < FIRST_LINES; round++) {
    const times = [await firstLine([PROGRAM, 'recover'], env), await timeProcess([kubectl, 'version', '--client'], env)] as const
    if (round < 0) continue
    ours.push(times[0])
    peer.push(times[1])
  }
  const what = 'recover, first line'
  return [
    { what, unit: 'ms', ours: median(ours), limit: FIRST_MS },
    { what, against: 'kubectl version --client', ours: median(ours), peer: median(peer), reach: 5 },
  ]
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
    const { flux = 'flux', kubectl = 'kubectl' } = tools
    const near = await compare(flux, env, objects, 'near')
    const slow = await apiRelay(paths.kubeconfig, { ms: SLOW_MS })
    const far = await compare(flux, { ...env, KUBECONFIG: slow.kubeconfig }, objects, `${SLOW_MS} ms a call`).finally(slow.close)
    const what = `recover, ${objects} objects`
    return [
      { what, against: 'flux get all -A', ...near, reach: RATIO },
      { what: `${what}, ${SLOW_MS} ms a call`, against: 'flux get all -A', ...far, reach: SLOW_RATIO },
      { what, unit: 'MiB', ours: Math.max(near.mib, far.mib), limit: MIB },
      ...(await firstLines(kubectl, env)),
    ]
  } finally {
    await down(NAME, { root, delete: true })
    await rm(root, { recursive: true, force: true })
  }
}
