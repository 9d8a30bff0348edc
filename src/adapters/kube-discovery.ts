// Which kinds an API server serves, and in which version it prefers them: all of them by one request where the server can (Kubernetes 1.27), else one a
// version. What could not be had is an error: a kind that is left out would be taken for one that has no objects.
import * as z from 'zod/mini'
import type { Resource } from '../ports/kube.ts'
import { notKubernetes, parse } from './kube-answers.ts'
import { isRealNotFound, type Subject } from './kube-errors.ts'
import type { Session } from './kube-session.ts'

const ACCEPT = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',')

// No API server has no groups at all. What others than ours look like does not matter.
const aggregated = z.looseObject({ kind: z.literal('APIGroupDiscoveryList'), items: z.array(z.unknown()).check(z.minLength(1)) })
const groupList = z.looseObject({ kind: z.literal('APIGroupList'), groups: z.array(z.unknown()).check(z.minLength(1)) })
const answer = z.discriminatedUnion('kind', [aggregated, groupList])

const aggregatedGroup = z.looseObject({
  versions: z.nullish(
    z.array(
      z.looseObject({
        version: z.string(),
        freshness: z.nullish(z.string()),
        resources: z.nullish(
          z.array(
            z.looseObject({
              resource: z.string(),
              responseKind: z.nullish(z.looseObject({ kind: z.string() })),
              scope: z.nullish(z.string()),
            }),
          ),
        ),
      }),
    ),
  ),
})
const listedGroup = z.looseObject({
  versions: z.array(z.looseObject({ version: z.string() })),
  preferredVersion: z.nullish(z.looseObject({ version: z.string() })),
})
const resourceList = z.looseObject({
  kind: z.literal('APIResourceList'),
  resources: z.nullable(z.array(z.looseObject({ name: z.string(), kind: z.string(), namespaced: z.boolean() }))),
})

const SUBJECT: Subject = { verb: 'get', what: 'the kinds that are served', resource: '/apis' }

/** One version of a group; `kinds` undefined where the server has to be asked for them. */
interface Version {
  readonly group: string
  readonly version: string
  readonly kinds: readonly Resource[] | undefined
}

const nameOf = (item: unknown): unknown => {
  const { name, metadata } = (item ?? {}) as { name?: unknown; metadata?: { name?: unknown } | null }
  return name ?? metadata?.name
}

const groupsOf = <T>(items: readonly unknown[], groups: readonly string[], schema: z.core.$ZodType<T>): { group: string; said: T }[] =>
  groups.flatMap((group) => {
    const found = items.find((item) => nameOf(item) === group)
    return found === undefined ? [] : [{ group, said: parse(schema, JSON.stringify(found), SUBJECT) }]
  })

/** A stale version was read before, and could not be read again: whether it still holds is not known. */
function fromAggregated(items: readonly unknown[], groups: readonly string[]): Version[] {
  return groupsOf(items, groups, aggregatedGroup).flatMap(({ group, said }) =>
    (said.versions ?? []).map(({ version, freshness, resources }) => ({
      group,
      version,
      kinds:
        freshness === 'Stale'
          ? undefined
          : (resources ?? []).map(({ resource: plural, responseKind, scope }) => ({
              group,
              version,
              plural,
              kind: responseKind?.kind ?? '',
              namespaced: scope !== 'Cluster',
            })),
    })),
  )
}

function fromGroupList(items: readonly unknown[], groups: readonly string[]): Version[] {
  return groupsOf(items, groups, listedGroup).flatMap(({ group, said }) => {
    const versions = said.versions.map(({ version }) => version)
    const preferred = said.preferredVersion?.version
    const ordered = preferred === undefined ? versions : [preferred, ...versions]
    return [...new Set(ordered)].map((version) => ({ group, version, kinds: undefined }))
  })
}

async function ask(session: Session, group: string, version: string): Promise<Resource[]> {
  const subject: Subject = { ...SUBJECT, what: `the kinds of ${group}/${version}` }
  const path = `/apis/${encodeURIComponent(group)}/${encodeURIComponent(version)}`
  const response = await session.send({ method: 'GET', path, repeat: 'read', subject, accepts: [404] })
  if (response.status === 404) {
    // Served when the groups were listed, and not any more.
    if (isRealNotFound(response.body)) return []
    throw notKubernetes(session, subject)
  }
  return (parse(resourceList, response.body, subject).resources ?? [])
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced }) => ({ group, version, plural: name, kind, namespaced }))
}

/** Kinds of these API groups, each in the version that the server prefers. A kind may be served in no more than another version of its group. */
export async function discover(session: Session, groups: readonly string[]): Promise<Resource[]> {
  const response = await session.send({ method: 'GET', path: '/apis', accept: ACCEPT, repeat: 'read', subject: SUBJECT })
  const told = parse(answer, response.body, SUBJECT)
  const versions = told.kind === 'APIGroupList' ? fromGroupList(told.groups, groups) : fromAggregated(told.items, groups)
  const kinds = await Promise.all(versions.map(({ group, version, kinds: known }) => known ?? ask(session, group, version)))
  const found = new Map<string, Resource>()
  // In the server's own order: the version that it prefers comes first.
  for (const resource of kinds.flat()) {
    const key = `${resource.plural}.${resource.group}`
    if (!found.has(key)) found.set(key, resource)
  }
  return [...found.values()]
}
