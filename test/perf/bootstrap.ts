// A bootstrap of an empty cluster from an empty repository against `flux bootstrap git`, by turns, each from the same snapshot.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { environment } from '../../src/sandbox/index.ts'
import { BootstrapDesk, TOKEN } from '../runbooks/bootstrap/desk.ts'
import { type Benchmark, median, timeProcess } from './benchmark.ts'

const ROUNDS = 3
const REACH = 1.1
const ENTRY = fileURLToPath(new URL('../../bin/flux-ops.js', import.meta.url))

const say = (text: string): void => void process.stderr.write(`${text}\n`)

/** One that did not come to its end is no measurement. */
async function assertReady(desk: BootstrapDesk): Promise<void> {
  const path = 'jsonpath={.status.lastAppliedRevision}'
  const revision = await desk.kubectl('-n', 'flux-system', 'get', 'kustomization', 'flux-system', '-o', path)
  const head = (await desk.run('git', '-C', desk.bare(), 'rev-parse', 'main')).trim()
  if (!revision.endsWith(head)) throw new Error(`applied is ${revision}, and the branch is at ${head}`)
}

export const benchmark: Benchmark = async () => {
  const desk = await BootstrapDesk.open()
  try {
    const file = await desk.file()
    const env = {
      ...process.env,
      ...environment({ dir: desk.paths.dir }),
      [TOKEN]: desk.password,
      GIT_PASSWORD: desk.password,
      XDG_STATE_HOME: join(desk.work, 'state'),
    }
    const where = ['--url', `${desk.server}/fleet.git`, '--branch', 'main', '--path', 'clusters/prod']
    const theirs = [
      'bootstrap',
      'git',
      ...where,
      '--allow-insecure-http',
      '--token-auth',
      '--username',
      'sandbox',
      '--version',
      'v2.9.2',
      '--silent',
    ]
    const time = async (who: string, argv: readonly string[]): Promise<number> => {
      await desk.reset()
      const taken = await timeProcess(argv, env, 'ignore')
      await assertReady(desk)
      say(`  ${who}: ${(taken / 1000).toFixed(1)} s`)
      return taken
    }
    const ours: number[] = []
    const peer: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      env.XDG_STATE_HOME = join(desk.work, `state-${round}`)
      ours.push(await time('flux-ops', [process.execPath, ENTRY, 'bootstrap', '-f', file, '--yes']))
      peer.push(await time('flux bootstrap git', [join(desk.paths.bin, 'flux'), ...theirs]))
    }
    return [{ what: 'bootstrap an empty cluster', against: 'flux bootstrap git', ours: median(ours), peer: median(peer), reach: REACH }]
  } finally {
    await desk.close()
  }
}
