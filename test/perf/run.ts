// `npm run test:perf -- <benchmark> [--objects N] [--check]`: prints our time, the peer's, the ratio and the machine. Exits 1 only when asked to check.
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { type Benchmark, type Figure, isReached, type Limited } from './benchmark.ts'

const BENCHMARKS: Readonly<Record<string, () => Promise<{ benchmark: Benchmark }>>> = {
  bootstrap: () => import('./bootstrap.ts'),
  keys: () => import('./keys.ts'),
  migrate: () => import('./migrate.ts'),
  plan: () => import('./plan.ts'),
  recover: () => import('./recover.ts'),
  startup: () => import('./startup.ts'),
  storms: () => import('./storms.ts'),
  upgrade: () => import('./upgrade.ts'),
}

const line = (figure: Figure | Limited): string => {
  const verdict = isReached(figure) ? '✔' : '✗'
  if ('limit' in figure) {
    const { what, unit, ours, limit } = figure
    return `${verdict} ${what.padEnd(28)} ${ours.toFixed(1).padStart(9)} ${unit}   to stay below ${limit} ${unit}`
  }
  const { what, against, ours, peer, reach } = figure
  const ratio = ours / peer
  return `${verdict} ${what.padEnd(28)} ${ours.toFixed(1).padStart(9)} ms   ${against} ${peer.toFixed(1)} ms   ratio ${ratio.toFixed(2)}, to reach ${reach}`
}

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { check: { type: 'boolean' }, objects: { type: 'string' } },
  })
  const [name = ''] = positionals
  const load = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined
  if (load === undefined) {
    process.stderr.write(`✗ no benchmark is called "${name}"\n  → npm run test:perf -- ${Object.keys(BENCHMARKS).join(' | ')}\n`)
    return 2
  }
  const objects = values.objects === undefined ? undefined : Number(values.objects)
  if (objects !== undefined && !(Number.isInteger(objects) && objects > 0)) {
    process.stderr.write(`✗ --objects "${values.objects}" is not a number of objects\n`)
    return 2
  }
  const figures = await (await load()).benchmark({ objects })
  const [cpu] = cpus()
  process.stdout.write(
    `${name} on ${cpus().length} × ${cpu?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, node ${process.versions.node}\n`,
  )
  for (const figure of figures) process.stdout.write(`${line(figure)}\n`)
  return values.check && !figures.every(isReached) ? 1 : 0
}

process.exitCode = await main()
