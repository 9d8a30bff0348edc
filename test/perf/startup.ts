// How soon the program answers what needs no cluster, against kubectl.
import { describeProgress, ensureTools } from '../../src/sandbox/toolchain/index.ts'
import { alternate, type Benchmark } from './benchmark.ts'
import { PROGRAM, pathWithNode } from './program.ts'

const ROUNDS = 25

const CASES = [
  { args: ['--version'], reach: 1 },
  { args: ['__complete', 'upgrade', '--'], reach: 1 },
  { args: ['--help'], reach: 1.5 },
  { args: ['upgrade', '--help'], reach: 1.5 },
]

export const benchmark: Benchmark = async () => {
  const { kubectl } = await ensureTools(['kubectl'], (progress) => process.stderr.write(`${describeProgress(progress)}\n`))
  const ours = CASES.map(({ args }) => [PROGRAM, ...args])
  const [peer = Number.NaN, ...times] = await alternate([[kubectl, 'version', '--client'], ...ours], ROUNDS, {
    ...process.env,
    PATH: pathWithNode(),
  })
  return CASES.map(({ args, reach }, index) => ({
    what: `flux-ops ${args.join(' ')}`,
    against: 'kubectl version --client',
    ours: times[index] ?? Number.NaN,
    peer,
    reach,
  }))
}
