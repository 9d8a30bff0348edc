// A snapshot and a diagnosis as they may be handed to others: the same causes can be read from them, and no secret.
import type { KubeObject } from '../../ports/kube.ts'
import type { Diagnosis } from '../diagnose.ts'
import type { Snapshot } from '../snapshot.ts'
import { partOf } from '../well-formed.ts'
import { keep, type Shape } from './keep.ts'
import { fluxShape } from './kept-flux.ts'
import { metadataShape } from './kept-metadata.ts'
import { deploymentShape, eventShape, namespaceShape, podShape } from './kept-others.ts'
import type { Scrub } from './scrub-text.ts'

/** A label of ten characters may select pods; a longer list of keys is none that anybody has written. */
const MOST_KEYS = 50

const selectingKeys = (deployments: readonly KubeObject[]): ReadonlySet<string> =>
  new Set(deployments.flatMap(({ spec }) => Object.keys(partOf(partOf(partOf(spec).selector).matchLabels))).slice(0, MOST_KEYS))

/** Kinds of one name in another group would be none of Flux. */
const kept = (objects: readonly KubeObject[], shape: Shape, scrub: Scrub): KubeObject[] =>
  objects.map((object) => ({ metadata: { name: '' }, ...(keep(object, shape, scrub) as object) }) as KubeObject)

export function redactSnapshot(snapshot: Snapshot, scrub: Scrub): Snapshot {
  const { cluster, deployments } = snapshot
  const selecting = selectingKeys(deployments)
  const metadata = metadataShape(new Set())
  const selected = metadataShape(selecting)
  return {
    takenAt: snapshot.takenAt,
    cluster: { context: scrub(cluster.context), server: scrub(cluster.server), version: scrub(cluster.version), uid: cluster.uid },
    namespace: snapshot.namespace,
    objects: kept(snapshot.objects, fluxShape(metadata), scrub),
    deployments: kept(deployments, deploymentShape(selected, selecting), scrub),
    pods: kept(snapshot.pods, podShape(selected), scrub),
    ...(snapshot.logs && { logs: snapshot.logs.map(({ pod, container, text }) => ({ pod, container, text: scrub(text) })) }),
    events: kept(snapshot.events, eventShape, scrub),
    namespaces: kept(snapshot.namespaces, namespaceShape(metadata), scrub),
    unseen: snapshot.unseen.map((one) => ({ ...one, what: scrub(one.what), why: scrub(one.why) })),
  }
}

function scrubbed(value: unknown, scrub: Scrub): unknown {
  if (typeof value === 'string') return scrub(value)
  if (Array.isArray(value)) return value.map((one) => scrubbed(one, scrub))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, scrubbed(one, scrub)]))
}

/** Every text of it, as it would be if it had been made from the redacted snapshot. */
export const redactDiagnosis = (diagnosis: Diagnosis, scrub: Scrub): Diagnosis => scrubbed(diagnosis, scrub) as Diagnosis
