// The agent's loop: pods in, workers out, services pointed at whoever is ready, and nothing left over from an earlier agent.
import { messageOf } from '../../errors.ts'
import { endMarked } from '../orphans.ts'
import { endProcess } from '../processes.ts'
import type { NodeContext } from './node.ts'
import { NODE_NAME } from './node-object.ts'
import type { Pod } from './pod-types.ts'
import { type PodWorker, podWorker } from './pod-worker.ts'
import type { ServiceProxy } from './service-proxy.ts'
import { watchPods } from './watch-pods.ts'

export interface Proxies {
  readonly source: ServiceProxy
  readonly notification: ServiceProxy
}

export async function runAgent(node: NodeContext, proxies: Proxies, signal: AbortSignal): Promise<void> {
  const workers = new Map<string, PodWorker>()
  await endStrangers(node)
  let listed = false
  const onChange = (): void => pointServices([...workers.values()], proxies)
  const seen = (pod: Pod): void => {
    if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== NODE_NAME) return
    const uid = pod.metadata.uid
    const known = workers.get(uid)
    const worker = known ?? podWorker(node, pod, onChange)
    workers.set(uid, worker)
    worker.update(pod)
    if (!listed) {
      listed = true
      // After the first list every pod that still exists has a worker: what is recorded for others has no pod any more.
      setImmediate(() => void endLeftovers(node, workers))
    }
  }
  const gone = (uid: string): void => {
    const worker = workers.get(uid)
    workers.delete(uid)
    worker?.end().catch((error: unknown) => node.log(messageOf(error)))
  }
  await watchPods(node.client, { seen, gone, lost: (error) => node.log(`watch lost: ${messageOf(error)}`) }, signal)
}

/** Pod processes that an agent started and could not record any more. */
async function endStrangers(node: NodeContext): Promise<void> {
  const known = new Set(node.records.all().map((record) => `${record.pid}/${record.startTime}`))
  await endMarked(node.sandboxId, ({ name, pid, startTime }) => !name.startsWith('pod.') || known.has(`${pid}/${startTime}`))
}

async function endLeftovers(node: NodeContext, workers: ReadonlyMap<string, PodWorker>): Promise<void> {
  for (const record of node.records.all().filter((candidate) => !workers.has(candidate.uid))) {
    await endProcess(record).catch((error: unknown) => node.log(messageOf(error)))
    await node.records.drop(record.uid, record.container)
  }
}

function pointServices(workers: readonly PodWorker[], proxies: Proxies): void {
  const newestFirst = [...workers].sort((a, b) => age(b).localeCompare(age(a)))
  const services = newestFirst.map((worker) => worker.service()).filter((service) => service !== undefined)
  const backend = (controller: string): number | undefined =>
    services.find((service) => service.controller === controller && service.port !== undefined)?.port
  proxies.source.setBackend(backend('source-controller'))
  proxies.notification.setBackend(backend('notification-controller'))
  proxies.notification.setSink(services.some((service) => service.controller === 'notification-controller' && service.simulated))
}

const age = (worker: PodWorker): string => worker.pod().metadata.creationTimestamp ?? ''
