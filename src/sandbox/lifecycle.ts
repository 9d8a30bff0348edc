// Starting and ending the parts of a sandbox in their order. Whoever calls this holds the lock.
import type { ProcessRecord, SandboxContext } from './contract.ts'
import { startControlPlane } from './control-plane.ts'
import { linkTools } from './environment.ts'
import { endMarked } from './orphans.ts'
import { isAlive } from './process-identity.ts'
import { readyPods, waitForControllers } from './ready-pods.ts'
import type { StateStore } from './state.ts'

export const NODE_AGENT = 'node-agent'

/** Control plane and node agent, each only where it does not run yet. */
export async function startParts(ctx: SandboxContext): Promise<void> {
  await linkTools(ctx.paths, ctx.tools)
  await startControlPlane(ctx)
  const known = ctx.state().processes[NODE_AGENT]
  const expected = known !== undefined && isAlive(known) ? [] : await readyPods(ctx)
  await startNodeAgent(ctx)
  await waitForControllers(ctx, expected)
}

export async function startNodeAgent(ctx: SandboxContext): Promise<ProcessRecord> {
  for (const name of ['kubelet', 'source', 'notification']) await ctx.port(name)
  return await ctx.start({ name: NODE_AGENT, argv: [...ctx.entry('node-agent'), ctx.paths.dir] })
}

/** A process that was started by an `up` which was killed before it could record it holds ports and files: it goes. Children of a living part stay. */
export async function endUnrecorded(ctx: SandboxContext): Promise<void> {
  const { id, processes } = ctx.state()
  const living = new Set(
    Object.values(processes)
      .filter(isAlive)
      .map((record) => record.name),
  )
  await endMarked(id, ({ name }) => living.has(name) || name.startsWith('pod.'))
}

/** Ends every process of the sandbox and returns how many there were: the node agent first, so that it restarts nothing; the API after its clients. */
export async function endAll(store: StateStore, graceMs: number): Promise<number> {
  const id = store.get().id
  const only = (...names: readonly string[]) => endMarked(id, (found) => !names.includes(found.name), graceMs)
  let ended = await only(NODE_AGENT)
  ended += await endMarked(id, (found) => API.has(found.name), graceMs)
  ended += await only('kube-apiserver')
  ended += await only('etcd')
  await store.change((state) => ({ ...state, processes: {} }))
  return ended
}

const API = new Set(['kube-apiserver', 'etcd'])

export const lockPath = (dir: string): string => `${dir}.lock`
