// A whole upgrade on the sandbox against the procedure that people type by hand, with the same proofs at the end; each from the same snapshot.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { down, environment, restore, snapshot, standardSandbox, standardUp } from '../../src/sandbox/index.ts'
import { formatLine } from '../../src/sandbox/progress-line.ts'
import { settled } from '../helpers/settled.ts'
import { type Benchmark, median, timeProcess } from './benchmark.ts'
import { PROGRAM, pathWithNode } from './program.ts'

const [NAME, FROM, TO, LABEL] = ['perf', '2.7.3', '2.9.2', 'before']
const ROUNDS = 3
const PROCEDURE = fileURLToPath(new URL('./seed-003-upgrade.sh', import.meta.url))

const say = (text: string): void => void process.stderr.write(`${text}\n`)

export const benchmark: Benchmark = async () => {
  const root = await mkdtemp(join(tmpdir(), 'flux-ops-perf-'))
  try {
    const { dir, tools } = await standardUp({ name: NAME, root, flux: FROM, style: 'pin' }, (line) => say(formatLine(line)))
    await snapshot(standardSandbox(NAME, root), LABEL)
    const sandbox = environment({ dir })
    const env = { ...process.env, ...sandbox, PATH: pathWithNode(sandbox.PATH), XDG_STATE_HOME: join(dir, 'home', 'state') }
    const repo = join(dir, 'repo')
    const ours = [PROGRAM, 'upgrade', '--to', TO, '--repo', repo, '--yes', '--plain']
    const peer = ['bash', PROCEDURE, repo, FROM, TO]
    const times: { ours: number[]; peer: number[] } = { ours: [], peer: [] }
    for (let round = 0; round < ROUNDS; round++) {
      for (const [who, argv] of [
        ['peer', peer],
        ['ours', ours],
      ] as const) {
        await restore(standardSandbox(NAME, root), LABEL)
        await settled(dir, tools.kubectl ?? 'kubectl')
        const time = await timeProcess(argv, env)
        times[who].push(time)
        say(`  ${who}, round ${round + 1}: ${(time / 1000).toFixed(1)} s`)
      }
    }
    const against = 'the procedure by hand, scripted'
    return [{ what: `flux-ops upgrade --to ${TO}`, against, ours: median(times.ours), peer: median(times.peer), reach: 1 }]
  } finally {
    await down(NAME, { root, delete: true })
    await rm(root, { recursive: true, force: true })
  }
}
