// Warnings about Flux, of all those that a cluster has. They do not come by time, so that the newest are known only at the end.
import { FLUX_KINDS, groupOf, isFluxGroup } from '../flux/kinds.ts'
import type { KubeObject, KubeReader, ListOptions, Resource } from '../ports/kube.ts'

export const EVENTS: Resource = { group: '', version: 'v1', plural: 'events', kind: 'Event', namespaced: true }

/** What a storm has thousands of. The API server leaves them out; there are too many kinds of Flux to ask for each by name. */
const CROWD = [
  'Pod',
  'Node',
  'ReplicaSet',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'PersistentVolumeClaim',
  'Service',
  'Ingress',
]
const SELECTOR = [
  'type=Warning',
  ...[...CROWD, 'HorizontalPodAutoscaler'].map((kind) => `involvedObject.kind!=${kind}`),
  'reason!=PolicyViolation',
]

/** More than that is a storm, of which nobody reads all. */
export const MOST_KEPT = 5_000
export const MOST_PAGES = 40

/** Another project may have a kind of the same name. */
function isAboutFlux({ involvedObject: about }: KubeObject): boolean {
  const apiVersion: unknown = about?.apiVersion
  const isOurs = typeof apiVersion !== 'string' || apiVersion === '' || isFluxGroup(groupOf(apiVersion))
  return isOurs && FLUX_KINDS.some(({ kind }) => kind === about?.kind)
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const lastSeen = ({ series, lastTimestamp, eventTime, metadata }: KubeObject): string =>
  text(series?.lastObservedTime) || text(lastTimestamp) || text(eventTime) || text(metadata.creationTimestamp)

const newest = (events: readonly KubeObject[]): KubeObject[] =>
  [...events].sort((one, other) => lastSeen(other).localeCompare(lastSeen(one))).slice(0, MOST_KEPT)

export interface Warnings {
  readonly events: readonly KubeObject[]
  /** Why they are not all of them. */
  readonly lacking?: string
}

/** Never more than a page and twice what is kept is held. */
export async function readWarnings(kube: KubeReader, { namespace }: Pick<ListOptions, 'namespace'>): Promise<Warnings> {
  let kept: KubeObject[] = []
  let [pages, dropped] = [0, 0]
  for await (const { items } of kube.pages(EVENTS, { namespace, fieldSelector: SELECTOR.join(',') })) {
    if (++pages > MOST_PAGES)
      return { events: newest(kept), lacking: `only the first ${MOST_PAGES} pages of warnings were read, and they do not come by time` }
    kept.push(...items.filter(isAboutFlux))
    if (kept.length <= 2 * MOST_KEPT) continue
    dropped += kept.length - MOST_KEPT
    kept = newest(kept)
  }
  const whole = kept.length + dropped
  return whole <= MOST_KEPT
    ? { events: kept }
    : { events: newest(kept), lacking: `only the newest ${MOST_KEPT} of ${whole} warnings about Flux were kept` }
}
