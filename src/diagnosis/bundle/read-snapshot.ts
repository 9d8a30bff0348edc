// The snapshot of a bundle, as untrusted as anything: its sums say that it is whole, and not who has made it.
import type { KubeObject } from '../../ports/kube.ts'
import type { SeenLog, Snapshot, Unseen } from '../snapshot.ts'
import { partOf, partsOf, textOf } from '../well-formed.ts'
import { SNAPSHOT } from './layout.ts'
import { bundledJson, damagedBundle } from './manifest.ts'

const LISTS = ['objects', 'deployments', 'pods', 'events', 'namespaces'] as const

/** Objects without metadata are none that an API server gives. */
const objectsOf = (value: unknown): KubeObject[] =>
  partsOf(value).map(
    (one) => ({ ...one, apiVersion: textOf(one.apiVersion), kind: textOf(one.kind), metadata: partOf(one.metadata) }) as KubeObject,
  )

const unseenOf = (value: unknown): Unseen[] =>
  partsOf(value).map(({ what, why, kind, seenIn }) => ({
    what: textOf(what),
    why: textOf(why),
    ...(typeof kind === 'string' && { kind }),
    ...(typeof seenIn === 'string' && { seenIn }),
  }))

const logsOf = (value: unknown): SeenLog[] =>
  partsOf(value).map(({ pod, container, text }) => ({ pod: textOf(pod), container: textOf(container), text: textOf(text) }))

/** Throws OpsError (usage) `bundle-damaged`. */
export function readSnapshot(text: string, where: string): Snapshot {
  const value = partOf(bundledJson(text, SNAPSHOT, where))
  const takenAt = textOf(value.takenAt)
  if (Number.isNaN(Date.parse(takenAt))) throw damagedBundle(where, `its ${SNAPSHOT} does not say when it was taken`)
  const missing = LISTS.find((list) => !Array.isArray(value[list]))
  if (missing !== undefined) throw damagedBundle(where, `its ${SNAPSHOT} has no ${missing}`)
  const { context, server, version, uid } = partOf(value.cluster)
  return {
    takenAt,
    cluster: { context: textOf(context), server: textOf(server), version: textOf(version), uid: textOf(uid) || null },
    namespace: textOf(value.namespace),
    objects: objectsOf(value.objects),
    deployments: objectsOf(value.deployments),
    pods: objectsOf(value.pods),
    ...(Array.isArray(value.logs) && { logs: logsOf(value.logs) }),
    events: objectsOf(value.events),
    namespaces: objectsOf(value.namespaces),
    unseen: unseenOf(value.unseen),
  }
}
