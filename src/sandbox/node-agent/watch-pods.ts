// A list and then a watch of all pods, again and again: an API server that restarts or forgets (410) costs a new list, nothing else.
import { setTimeout as sleep } from 'node:timers/promises'
import type { KubeHttp } from '../kube-http.ts'
import type { Pod } from './pod-types.ts'

export interface PodEvents {
  seen(pod: Pod): void
  gone(uid: string): void
  /** Told once for each connection that was lost, for the agent's log. */
  lost(error: unknown): void
}

interface PodList {
  metadata: { resourceVersion: string }
  items: Pod[]
}

/** Runs until `signal`. */
export async function watchPods(client: KubeHttp, events: PodEvents, signal: AbortSignal): Promise<void> {
  const known = new Set<string>()
  let pause = 100
  while (!signal.aborted) {
    try {
      let version = await listAll(client, events, known)
      pause = 100
      while (!signal.aborted) version = await follow(client, version, events, known, signal)
    } catch (error) {
      if (signal.aborted) return
      events.lost(error)
      await sleep(pause)
      pause = Math.min(pause * 2, 2000)
    }
  }
}

async function listAll(client: KubeHttp, events: PodEvents, known: Set<string>): Promise<string> {
  const list = await client.call<PodList>('GET', '/api/v1/pods')
  const present = new Set(list.items.map((pod) => pod.metadata.uid))
  for (const uid of known) {
    if (present.has(uid)) continue
    known.delete(uid)
    events.gone(uid)
  }
  for (const pod of list.items) {
    known.add(pod.metadata.uid)
    events.seen(pod)
  }
  return list.metadata.resourceVersion
}

/** Returns the last version seen when the server ends the watch by its own timeout. */
async function follow(client: KubeHttp, from: string, events: PodEvents, known: Set<string>, signal: AbortSignal): Promise<string> {
  let version = from
  const path = `/api/v1/pods?watch=true&allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion=${version}`
  for await (const { type, object } of client.watch(path, signal)) {
    if (type === 'ERROR') throw new Error(`watch: ${JSON.stringify(object).slice(0, 200)}`)
    version = object.metadata.resourceVersion ?? version
    if (type === 'BOOKMARK') continue
    const pod = object as unknown as Pod
    if (type === 'DELETED') {
      known.delete(pod.metadata.uid)
      events.gone(pod.metadata.uid)
    } else {
      known.add(pod.metadata.uid)
      events.seen(pod)
    }
  }
  return version
}
