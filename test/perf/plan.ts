// Checks and plan on a large cluster: how long they take and how much memory they need. Not against a peer, but against two limits.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { down, environment, sandboxPaths, standardServices, stopProcess, up, withSandbox } from '../../src/sandbox/index.ts'
import { allTools, manifestsDir } from '../sandbox/scratch.ts'
import { type Benchmark, median } from './benchmark.ts'
import { fillCluster } from './plan/cluster.ts'
import { type Measured, measure } from './plan/measure.ts'
import { PROGRAM, pathWithNode } from './program.ts'

const [NAME, FROM, TO] = ['perf-plan', '2.7.3', '2.9.2']
const OBJECTS = 2000
const ROUNDS = 3
const [SECONDS, MIB] = [10, 400]

const say = (text: string): void => void process.stderr.write(`${text}\n`)

interface Told {
  readonly plan: { readonly baseline: readonly unknown[] } | null
  readonly checks: { readonly reports: readonly { readonly severity: string; readonly result: { readonly status: string } }[] }
}

/** A plan that was not made, or that saw less than is there, is no measurement. */
function assertPlanned({ code, stdout, stderr }: Measured, objects: number): void {
  if (code !== 0 && !stdout.startsWith('{')) throw new Error(`upgrade plan ended with ${code}\n${stderr.slice(-3000)}`)
  const { plan, checks } = JSON.parse(stdout) as Told
  const against = checks.reports.filter(({ severity, result }) => severity !== 'warning' && !['pass', 'skip'].includes(result.status))
  if (plan === null) throw new Error(`upgrade plan ended with ${code}\n${JSON.stringify(against, null, 1).slice(0, 3000)}`)
  if (plan.baseline.length !== objects) throw new Error(`the plan has ${plan.baseline.length} of ${objects} objects`)
}

export const benchmark: Benchmark = async () => {
  const root = await mkdtemp(join(tmpdir(), 'flux-ops-perf-'))
  try {
    const ref = { name: NAME, root, manifestsDir }
    const state = await up({ ...ref, flux: 'none', tools: await allTools(), services: standardServices })
    await withSandbox(ref, (ctx) => ctx.applyCrds(FROM))
    // Without them nobody starts the controllers whose Deployments are made.
    for (const part of ['node-agent', 'kube-controller-manager']) await stopProcess(ref, part)
    const objects = await withSandbox(ref, (ctx) => fillCluster(ctx, FROM, OBJECTS))
    say(`  ${objects} Flux objects are there`)
    const paths = sandboxPaths(state.dir)
    const tools = environment(paths)
    const env = { ...process.env, ...tools, PATH: pathWithNode(tools.PATH), XDG_STATE_HOME: join(paths.home, 'state') }
    const argv = [PROGRAM, 'upgrade', 'plan', '--to', TO, '--repo', paths.repo, '--json']
    const runs: Measured[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const run = await measure(argv, env)
      assertPlanned(run, objects)
      say(
        `  round ${round + 1}: ${(run.ms / 1000).toFixed(1)} s, of that ${run.cpu.toFixed(1)} s of processor time, ${run.mib.toFixed(0)} MiB`,
      )
      runs.push(run)
    }
    const what = `upgrade plan, ${objects} objects`
    return [
      { what, unit: 's', ours: median(runs.map((run) => run.ms)) / 1000, limit: SECONDS },
      { what, unit: 'MiB', ours: Math.max(...runs.map((run) => run.mib)), limit: MIB },
    ]
  } finally {
    await down(NAME, { root, delete: true })
    await rm(root, { recursive: true, force: true })
  }
}
