// After a stop the API still calls pods ready that have no process yet. Whoever starts a sandbox wants them to be.
import type { SandboxContext } from './contract.ts'
import { openClient } from './control-plane.ts'
import { parseImage } from './node-agent/plan.ts'
import type { Pod } from './node-agent/pod-types.ts'
import { answers } from './node-agent/probe.ts'
import { type ControllerRecord, readRecords } from './node-agent/records.ts'
import { agentStatePath } from './paths.ts'
import { isAlive } from './process-identity.ts'
import { waitUntil } from './processes.ts'

/** UIDs of the pods that were ready when the sandbox ended and that have a process behind them. */
export async function readyPods(ctx: SandboxContext): Promise<string[]> {
  const client = await openClient(ctx, 'admin')
  try {
    const { items } = await client.call<{ items: Pod[] }>('GET', '/api/v1/pods')
    return items.filter((pod) => isReady(pod) && hasProcess(ctx, pod)).map((pod) => pod.metadata.uid)
  } finally {
    client.close()
  }
}

export async function waitForControllers(ctx: SandboxContext, uids: readonly string[]): Promise<void> {
  if (uids.length === 0) return
  const log = ctx.state().processes['node-agent']?.log
  const probe = async (): Promise<boolean> => {
    const records = Object.values((await readRecords(agentStatePath(ctx.paths.dir))).processes)
    const up = await Promise.all(uids.map((uid) => isUp(records.find((record) => record.uid === uid))))
    return up.every(Boolean)
  }
  await waitUntil('Flux controllers are not back', probe, { withinMs: 60_000, everyMs: 100, ...(log === undefined ? {} : { log }) })
}

const isUp = async (record: ControllerRecord | undefined): Promise<boolean> =>
  record !== undefined && isAlive(record) && (await answers(`http://127.0.0.1:${record.ports.health}/readyz`))

const isReady = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  (pod.status?.conditions ?? []).some((condition) => condition.type === 'Ready' && condition.status === 'True')

const hasProcess = (ctx: SandboxContext, pod: Pod): boolean =>
  pod.spec.containers.some(({ image }) => {
    const { name, tag } = parseImage(image)
    return ctx.tools[`${name}-${tag.replace(/^v/, '')}`] !== undefined
  })
