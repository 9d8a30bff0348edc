// Everything that a diagnosis is made from, in two round trips: what is served, then every list side by side; and a third
// where a controller does not run. What may not be read is told, and the rest is read.
import { absent } from '../diagnosis/absent.ts'
import type { Snapshot, Unseen } from '../diagnosis/snapshot.ts'
import { messageOf, OpsError } from '../errors.ts'
import { forgetFields } from '../flux/suspension-fields.ts'
import type { Clock } from '../ports/clock.ts'
import type { KubeObject, KubeReader, ListOptions, Resource } from '../ports/kube.ts'
import { listAhead } from './list-ahead.ts'
import { readLogs } from './read-logs.ts'
import { EVENTS, readWarnings } from './read-warnings.ts'
import { servedKinds, untoldKinds } from './served-kinds.ts'
import { sideBySide } from './side-by-side.ts'

const core = (plural: string, kind: string, namespaced = true): Resource => ({ group: '', version: 'v1', plural, kind, namespaced })
const DEPLOYMENTS: Resource = { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true }
const [PODS, NAMESPACES] = [core('pods', 'Pod'), core('namespaces', 'Namespace', false)]

/** Requests under way at once, three of them for what is large. A connection that is there already answers as soon as a third new one. */
const AT_ONCE = 6

/**
 * Objects in one answer. An API server has the first page of a list at hand, and fetches every further one from its storage, which costs it four times as much for each
 * object. A kind of Flux seldom has more.
 */
const AT_A_TIME = 10_000

/** Kinds with most to read: begun last, they alone would be waited for at the end. */
const LARGE = ['HelmRelease', 'Kustomization', 'HelmChart', 'OCIRepository']

/** How far a reading is. */
export interface Reading {
  /** Name of the kubeconfig context, once the API server has answered. */
  readonly context?: string | undefined
  readonly lists: number
  /** What is still waited for: `Kustomization`, `Event`. */
  readonly waitingFor: readonly string[]
  readonly objects: number
}

type ReadAll = (kube: KubeReader, resource: Resource, options: ListOptions) => Promise<{ objects: readonly KubeObject[]; lacking?: string }>

interface Wanted {
  /** Where it may be, the most likely first; the others are asked where that is not served. */
  readonly places: readonly Resource[]
  readonly options: ListOptions
  readonly read?: ReadAll
}

interface Listed {
  readonly kind: string
  readonly objects: readonly KubeObject[]
  readonly unseen: readonly Unseen[]
  /** Why nothing of it is there. */
  readonly failure?: OpsError
  /** It was not found in any place. */
  readonly nowhere?: boolean
}

/** A list waits for a lost server as long as it may. That one has waited in vain is enough: those that come behind are not asked for. */
const LOST = new Set(['kube-unreachable', 'kube-busy', 'kube-unauthorized'])

const named = (resource: Resource, objects: readonly KubeObject[]): KubeObject[] => {
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
  const isNamed = (object: KubeObject): boolean => object.apiVersion === apiVersion && object.kind === resource.kind
  return objects.map((object) => (isNamed(object) ? object : { ...object, apiVersion, kind: resource.kind }))
}

/** What the API server refused, or could not do. A mistake in what was asked is none of it. */
const refusalOf = (error: unknown): OpsError => {
  if (error instanceof OpsError && error.exit !== 'bug' && error.exit !== 'usage') return error
  throw error
}

/** Of which kinds there are is not known: whoever cannot be reached is not asked for each of them. */
const untoldOf = (error: unknown): OpsError => {
  const refusal = refusalOf(error)
  if (LOST.has(refusal.code)) throw refusal
  return refusal
}

const kindOf = ({ places }: Wanted): string => places[0]?.kind ?? ''

const largestFirst = (wanted: readonly Wanted[]): Wanted[] => {
  const isLarge = (one: Wanted): boolean => LARGE.includes(kindOf(one))
  return [...wanted.filter(isLarge), ...wanted.filter((one) => !isLarge(one))]
}

const lacking = (what: string, kind: string, failure: OpsError): Listed => ({
  kind,
  objects: [],
  unseen: [{ what, why: messageOf(failure), kind }],
  failure,
})

const WHOLE: ListOptions = { page: AT_A_TIME }

/** Of a kind of Flux. */
const LIGHT: ListOptions = { ...WHOLE, trim: forgetFields }

const whole: ReadAll = async (kube, resource, options) => ({ objects: await kube.list(resource, { ...WHOLE, ...options }) })

const warnings: ReadAll = async (kube, _resource, options) => {
  const { events, ...more } = await readWarnings(kube, options)
  return { objects: events, ...more }
}

/** In the first place where it is served. */
async function readSomewhere(kube: KubeReader, { places, options, read = whole }: Wanted): Promise<Omit<Listed, 'kind'>> {
  for (const [at, resource] of places.entries()) {
    const mayBeElsewhere = places.length > 1 ? { mustBeServed: true } : {}
    try {
      const { objects, lacking: why } = await read(kube, resource, { ...options, ...mayBeElsewhere })
      const { kind } = resource
      return { objects: named(resource, objects), unseen: why === undefined ? [] : [{ what: kind, why, kind }] }
    } catch (error) {
      if (!(error instanceof OpsError) || error.code !== 'kube-not-served') throw error
      if (at === places.length - 1) break
    }
  }
  return { objects: [], unseen: [], nowhere: true }
}

const readerOf = (kube: KubeReader, namespace: string): ((wanted: Wanted) => Promise<Listed>) => {
  let lost: OpsError | undefined
  return async (wanted) => {
    const kind = kindOf(wanted)
    const what = wanted.options.namespace === undefined ? kind : `${kind} in ${namespace}`
    if (lost !== undefined) return lacking(what, kind, lost)
    try {
      return { kind, ...(await readSomewhere(kube, wanted)) }
    } catch (error) {
      const failure = refusalOf(error)
      if (LOST.has(failure.code)) lost ??= failure
      return lacking(what, kind, failure)
    }
  }
}

/** Who may not read a kind everywhere may be allowed to in the namespace of Flux. */
async function listOne(read: (wanted: Wanted) => Promise<Listed>, namespace: string, wanted: Wanted): Promise<Listed> {
  const { places, options } = wanted
  const everywhere = await read(wanted)
  const mayBeThere = places[0]?.namespaced === true && options.namespace === undefined
  if (everywhere.failure?.code !== 'kube-forbidden' || !mayBeThere) return everywhere
  const there = await read({ ...wanted, options: { ...options, namespace } })
  if (there.failure?.code === 'kube-forbidden') return everywhere
  if (there.failure !== undefined) return { ...there, unseen: [...everywhere.unseen, ...there.unseen] }
  const { kind } = everywhere
  const outside = { what: `${kind} outside of ${namespace}`, why: everywhere.failure.message, kind, seenIn: namespace }
  return { ...there, unseen: [outside, ...there.unseen] }
}

/** The server was there, and has not answered one of them. */
function mustHaveAnswered(lists: readonly Listed[], untold: OpsError | undefined): void {
  const failures = lists.flatMap(({ failure }) => failure ?? [])
  if (failures.length < lists.length) return
  const lost = failures.find(({ code }) => LOST.has(code))
  if (lost !== undefined) throw lost
  // Whoever may see nothing is told so; a server that can do nothing is no such case.
  if (untold !== undefined && failures.every(({ code }) => code !== 'kube-forbidden')) throw untold
}

/** What else a diagnosis reads; the kinds of Flux come before it. */
const besides = (namespace: string): Record<'deployments' | 'pods' | 'events' | 'namespaces', Wanted> => ({
  deployments: { places: [DEPLOYMENTS], options: { namespace } },
  pods: { places: [PODS], options: { namespace } },
  events: { places: [EVENTS], options: {}, read: warnings },
  namespaces: { places: [NAMESPACES], options: {} },
})

const isDown = ({ spec, status }: KubeObject): boolean => spec?.replicas !== 0 && !(status?.availableReplicas > 0)

/** Of a controller that is down, what the cluster says of its pods: nothing that is asked for where all are well. */
const aboutControllers = (namespace: string): Wanted => ({
  places: [EVENTS],
  options: { namespace, fieldSelector: 'type=Warning', atMost: 1000 },
})

const onceEach = (events: readonly KubeObject[]): KubeObject[] => [
  ...new Map(events.map((event) => [event.metadata.uid ?? event.metadata, event])).values(),
]

/** Tells what is read, list by list. */
const countedBy = (
  wanted: readonly Wanted[],
  context: string,
  seen: (reading: Reading) => void,
): ((done: Wanted, objects: number) => void) => {
  const open = new Set(wanted)
  let objects = 0
  const tell = (): void => seen({ context, lists: wanted.length, waitingFor: [...open].map(kindOf), objects })
  tell()
  return (done, count) => {
    open.delete(done)
    objects += count
    tell()
  }
}

/** `seen` is told how far the reading is. Throws OpsError where the API server does not answer at all. */
export async function takeSnapshot(
  { kube, clock }: { kube: KubeReader; clock: Clock },
  namespace: string,
  seen: (reading: Reading) => void = () => undefined,
): Promise<Snapshot> {
  const takenAt = clock.now().toISOString()
  const ahead: KubeReader = { ...kube, list: listAhead(kube, LIGHT) }
  const [server, { places, untold }] = await Promise.all([kube.server(), servedKinds(kube, untoldOf)])
  const more = besides(namespace)
  const ofFlux = places.map((at): Wanted => ({ places: at, options: LIGHT }))
  const wanted = [...ofFlux, ...Object.values(more)]
  const read = readerOf(ahead, namespace)
  const count = countedBy(wanted, server.context, seen)
  const answers = new Map<Wanted, Listed>()
  await sideBySide(largestFirst(wanted), AT_ONCE, async (one) => {
    const listed = await listOne(read, namespace, one)
    answers.set(one, listed)
    count(one, listed.objects.length)
  })
  const of = (one: Wanted): Listed => answers.get(one) as Listed
  const lists = wanted.map(of)
  mustHaveAnswered(lists, untold)
  const deployments = of(more.deployments)
  const further = deployments.objects.some(isDown) ? [await read(aboutControllers(namespace))] : []
  const namespaces = of(more.namespaces).objects
  const said = await readLogs(kube, deployments.objects, of(more.pods).objects)
  const known = ofFlux.filter((one) => of(one).nowhere !== true).flatMap((one) => one.places[0] ?? [])
  const nowhere = ofFlux.filter((one) => of(one).nowhere === true).map(kindOf)
  return {
    takenAt,
    cluster: { ...server, uid: namespaces.find(({ metadata }) => metadata.name === 'kube-system')?.metadata.uid ?? null },
    namespace,
    objects: ofFlux.flatMap((one) => of(one).objects),
    deployments: deployments.objects,
    pods: of(more.pods).objects,
    ...(said.logs.length === 0 ? {} : { logs: said.logs }),
    events: onceEach([...of(more.events).objects, ...further.flatMap(({ objects }) => objects)]),
    namespaces,
    unseen: [
      ...(untold === undefined ? [] : [untoldKinds(untold, nowhere)]),
      ...absent(known, deployments.failure === undefined ? deployments.objects : undefined, namespace),
      ...[...lists, ...further].flatMap(({ unseen }) => unseen),
      ...said.unseen,
    ],
  }
}
