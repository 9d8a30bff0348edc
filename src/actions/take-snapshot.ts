// Everything that a diagnosis is made from, in two round trips: what is served, then every list side by side; and a third
// where a controller does not run. What may not be read is told, and the rest is read.
import { absent } from '../diagnosis/absent.ts'
import type { Snapshot, Unseen } from '../diagnosis/snapshot.ts'
import { messageOf, OpsError } from '../errors.ts'
import { FLUX_KINDS } from '../flux/kinds.ts'
import type { Clock } from '../ports/clock.ts'
import type { KubeObject, KubeReader, ListOptions, Resource } from '../ports/kube.ts'
import { readLogs } from './read-logs.ts'
import { sideBySide } from './side-by-side.ts'

const core = (plural: string, kind: string, namespaced = true): Resource => ({ group: '', version: 'v1', plural, kind, namespaced })
const DEPLOYMENTS: Resource = { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true }
const [PODS, EVENTS, NAMESPACES] = [core('pods', 'Pod'), core('events', 'Event'), core('namespaces', 'Namespace', false)]

/** Requests under way at once: the server shares its time among all who ask. */
const AT_ONCE = 10

/** A storm has more of them than anybody reads. */
const MOST_EVENTS = 5000

interface Wanted {
  readonly resource: Resource
  readonly options: ListOptions
  readonly most?: number
}

interface Listed {
  readonly objects: readonly KubeObject[]
  readonly unseen: readonly Unseen[]
  /** Why nothing of it is there. */
  readonly failure?: OpsError
}

/** A list waits for a lost server as long as it may. That one has waited in vain is enough: those that come behind are not asked for. */
const LOST = new Set(['kube-unreachable', 'kube-busy', 'kube-unauthorized'])

const named = (resource: Resource, objects: readonly KubeObject[]): KubeObject[] => {
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
  return objects.map((object) => ({ ...object, apiVersion, kind: resource.kind }))
}

/** What the API server refused, or could not do. A mistake in what was asked is none of it. */
const refusalOf = (error: unknown): OpsError => {
  if (error instanceof OpsError && error.exit !== 'bug' && error.exit !== 'usage') return error
  throw error
}

const lacking = (what: string, kind: string, failure: OpsError): Listed => ({
  objects: [],
  unseen: [{ what, why: messageOf(failure), kind }],
  failure,
})

const readerOf = (kube: KubeReader, namespace: string): ((wanted: Wanted) => Promise<Listed>) => {
  let lost: OpsError | undefined
  return async ({ resource, options, most }) => {
    const { kind } = resource
    const what = options.namespace === undefined ? kind : `${kind} in ${namespace}`
    if (lost !== undefined) return lacking(what, kind, lost)
    try {
      // One more than is wanted tells whether there are more.
      const all = await kube.list(resource, most === undefined ? options : { ...options, atMost: most + 1 })
      const objects = named(resource, all.slice(0, most))
      if (objects.length === all.length) return { objects, unseen: [] }
      const why = `only the first ${most} warnings were read, and they do not come by time: the newest may be among the others`
      return { objects, unseen: [{ what, why, kind }] }
    } catch (error) {
      const failure = refusalOf(error)
      if (LOST.has(failure.code)) lost ??= failure
      return lacking(what, kind, failure)
    }
  }
}

/** Who may not read a kind everywhere may be allowed to in the namespace of Flux. */
async function listOne(read: (wanted: Wanted) => Promise<Listed>, namespace: string, wanted: Wanted): Promise<Listed> {
  const { resource, options } = wanted
  const everywhere = await read(wanted)
  if (everywhere.failure?.code !== 'kube-forbidden' || !resource.namespaced || options.namespace !== undefined) return everywhere
  const there = await read({ ...wanted, options: { ...options, namespace } })
  if (there.failure?.code === 'kube-forbidden') return everywhere
  if (there.failure !== undefined) return { ...there, unseen: [...everywhere.unseen, ...there.unseen] }
  const { kind } = resource
  const outside = { what: `${kind} outside of ${namespace}`, why: everywhere.failure.message, kind, seenIn: namespace }
  return { objects: there.objects, unseen: [outside, ...there.unseen] }
}

/** The server was there, and has not answered one of them. */
function mustHaveAnswered(lists: readonly Listed[]): void {
  const failures = lists.flatMap(({ failure }) => failure ?? [])
  const lost = failures.find(({ code }) => LOST.has(code))
  if (lost !== undefined && failures.length === lists.length) throw lost
}

/** What else a diagnosis reads; the kinds of Flux come before it. */
const besides = (namespace: string): Wanted[] => [
  { resource: DEPLOYMENTS, options: { namespace } },
  { resource: PODS, options: { namespace } },
  { resource: EVENTS, options: { fieldSelector: 'type=Warning' }, most: MOST_EVENTS },
  { resource: NAMESPACES, options: {} },
]

/** Throws OpsError where the API server does not answer at all, or does not tell which kinds it serves. */
export async function takeSnapshot({ kube, clock }: { kube: KubeReader; clock: Clock }, namespace: string): Promise<Snapshot> {
  const takenAt = clock.now().toISOString()
  const groups = [...new Set(FLUX_KINDS.map(({ group }) => group))]
  const [server, served] = await Promise.all([kube.server(), kube.kinds(groups)])
  const known = served.filter(({ group, kind }) => FLUX_KINDS.some((one) => one.group === group && one.kind === kind))
  const wanted = [...known.map((resource): Wanted => ({ resource, options: {} })), ...besides(namespace)]
  const read = readerOf(kube, namespace)
  const lists = await sideBySide(wanted, AT_ONCE, (one) => listOne(read, namespace, one))
  mustHaveAnswered(lists)
  const of = (resource: Resource): Listed => lists[wanted.findIndex((one) => one.resource === resource)] as Listed
  const deployments = of(DEPLOYMENTS)
  const namespaces = of(NAMESPACES).objects
  const said = await readLogs(kube, deployments.objects, of(PODS).objects)
  return {
    takenAt,
    cluster: { ...server, uid: namespaces.find(({ metadata }) => metadata.name === 'kube-system')?.metadata.uid ?? null },
    namespace,
    objects: known.flatMap((resource) => of(resource).objects),
    deployments: deployments.objects,
    pods: of(PODS).objects,
    ...(said.logs.length === 0 ? {} : { logs: said.logs }),
    events: of(EVENTS).objects,
    namespaces,
    unseen: [
      ...absent(known, deployments.failure === undefined ? deployments.objects : undefined, namespace),
      ...lists.flatMap(({ unseen }) => unseen),
      ...said.unseen,
    ],
  }
}
