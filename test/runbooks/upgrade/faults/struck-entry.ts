// The CLI, struck by a fault at an exact place: when a step's start is on the disk and its effect has not begun.
import { execFileSync, spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { World } from '../../../../src/adapters/context.ts'
import { start } from '../../../../src/cli/main.ts'
import type { RunEvent } from '../../../../src/engine/events.ts'
import type { Journal } from '../../../../src/ports/runs.ts'
import { readState, restartApiServer, standardSandbox, withSandbox } from '../../../../src/sandbox/index.ts'
import { pushAsSomeoneElse } from '../../../../src/sandbox/services/index.ts'
import type { Strike } from './desk.ts'

const strikes = JSON.parse(process.env.TEST_STRIKES ?? '[]') as Strike[]
const { TEST_SANDBOX_ROOT: root = '', TEST_SANDBOX_NAME: name = '' } = process.env
const ref = standardSandbox(name, root)

/** Gone at once, and back after a while, as a control plane node that restarts. */
async function restartApi(): Promise<void> {
  const record = (await readState(join(root, name)))?.processes['kube-apiserver']
  if (record === undefined) throw new Error('no API server to kill')
  process.kill(record.pid, 'SIGKILL')
  void restartApiServer(ref)
}

const journalOf = (id: string): string => join(process.env.XDG_STATE_HOME ?? '', 'flux-ops', 'runs', id, 'journal.jsonl')

async function strike(what: Strike): Promise<void> {
  if (what.do === 'restart-api') return restartApi()
  if (what.do === 'shell') {
    const { status, stderr } = spawnSync('/bin/sh', ['-c', what.command ?? 'false'], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`the strike failed: ${stderr}`)
  }
  if (what.do === 'small-files') execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${what.bytes ?? 0}:`])
  if (what.do === 'push') await withSandbox(ref, (ctx) => pushAsSomeoneElse(ctx, what.files ?? {}))
}

/** From now on the kernel refuses every byte that this process adds to the journal. */
function noMoreRoom(id: string): void {
  const { size } = statSync(journalOf(id))
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${size}:`])
}

const struck = (journal: Journal, id: string): Journal => ({
  ...journal,
  append: async (event: RunEvent) => {
    const mine = event.type === 'step.started' ? strikes.filter((each) => each.at === event.id) : []
    if (mine.some((each) => each.do === 'no-room')) noMoreRoom(id)
    await journal.append(event)
    for (const each of mine) await strike(each)
  },
})

/** What the API server says of itself when another cluster answers behind the same context. */
const otherCluster = ({ kube }: World): Partial<World> => {
  if (!strikes.some((each) => each.do === 'other-cluster')) return {}
  const identity = async () => ({ ...(await kube.identity()), uid: '00000000-0000-4000-8000-000000000000' })
  return { kube: Object.assign(Object.create(kube) as typeof kube, { identity }) }
}

const decorate = (world: World): World => ({
  ...world,
  ...otherCluster(world),
  runs: {
    ...world.runs,
    create: async (id) => struck(await world.runs.create(id), id),
    open: async (id) => struck(await world.runs.open(id), id),
  },
})

await start(process.argv.slice(2), { root: fileURLToPath(new URL('../../../..', import.meta.url)), decorate })
