// Reads what an API server answered: anything that is not such an answer is an error, never an empty result.
// zod/mini, here and beside it: whoever asks a cluster waits for this to be loaded, and it takes a third of the time of zod.
import * as z from 'zod/mini'
import { OpsError } from '../errors.ts'
import type { KubeObject, ObjectName, Resource } from '../ports/kube.ts'
import type { Subject } from './kube-errors.ts'
import { nameOf, resourceName } from './kube-paths.ts'
import type { Session } from './kube-session.ts'

export const objectSchema = z.looseObject({ metadata: z.looseObject({ name: z.string() }) })

export const subjectOf = (verb: string, resource: Resource, name?: ObjectName, namespace?: string): Subject => ({
  verb,
  what: name ? nameOf(resource, name) : `${resource.plural}${namespace ? ` in ${namespace}` : ''}`,
  resource: resourceName(resource),
  namespace: name?.namespace ?? namespace,
})

export function parse<T>(schema: z.core.$ZodType<T>, body: string, subject: Subject): T {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    value = undefined
  }
  const parsed = z.safeParse(schema, value)
  if (parsed.success) return parsed.data
  const message = `${subject.verb} ${subject.what}: the answer is not what a Kubernetes API server says`
  throw new OpsError({ code: 'kube-error', message, hints: ['is it the right server? look: kubectl version'], cause: parsed.error })
}

/** The API server itself leaves everything but the metadata out: what is secret or large never comes here. */
export const acceptOf = (
  kind: 'PartialObjectMetadata' | 'PartialObjectMetadataList',
  metadataOnly: boolean | undefined,
): { accept?: string } => (metadataOnly === true ? { accept: `application/json;as=${kind};g=meta.k8s.io;v=v1` } : {})

export const isObject = (item: unknown): item is KubeObject =>
  typeof (item as KubeObject | null)?.metadata === 'object' && typeof (item as KubeObject).metadata?.name === 'string'

export const apiVersionOf = (resource: Resource): string =>
  resource.group === '' ? resource.version : `${resource.group}/${resource.version}`

/** Items of built-in kinds come without apiVersion and kind. */
export function completed(item: unknown, resource: Resource, subject: Subject): KubeObject {
  if (!isObject(item)) return parse(objectSchema as unknown as z.core.$ZodType<KubeObject>, JSON.stringify(item), subject)
  if (item.kind === 'PartialObjectMetadata') return { ...item, apiVersion: apiVersionOf(resource), kind: resource.kind }
  item.apiVersion ??= apiVersionOf(resource)
  item.kind ??= resource.kind
  return item
}

export const notKubernetes = (session: Session, subject: Subject): OpsError =>
  new OpsError({
    code: 'kube-error',
    message: `${session.where.server} does not answer like a Kubernetes API server (${subject.verb} ${subject.what}: HTTP 404)`,
    hints: [`is it the right server? context ${session.where.context}`],
  })

export const notServed = (resource: Resource, { verb, what }: Subject): OpsError =>
  new OpsError({
    code: 'kube-not-served',
    message: `${verb} ${what}: the API server does not serve ${resource.kind} in ${apiVersionOf(resource)}`,
    hints: [`look: kubectl api-resources --api-group=${resource.group}`],
  })
