// The Kube port over the API server's own HTTP interface: pages of 500, no discovery, no cache.
import * as z from 'zod/mini'
import { OpsError } from '../errors.ts'
import type {
  AccessRequest,
  ClusterIdentity,
  Kube,
  KubeObject,
  ListOptions,
  LogOptions,
  ObjectName,
  PatchOptions,
  PatchType,
  Resource,
  ServerIdentity,
} from '../ports/kube.ts'
import { acceptOf, apiVersionOf, completed, notKubernetes, objectSchema, parse, subjectOf } from './kube-answers.ts'
import { discover } from './kube-discovery.ts'
import { isRealNotFound, readStatus, type Subject } from './kube-errors.ts'
import { listAll, pagesOf } from './kube-list.ts'
import { createPath, groupPath, logPath, objectPath, resourceName } from './kube-paths.ts'
import type { Repeat } from './kube-retry.ts'
import type { Call, Session } from './kube-session.ts'

const servedSchema = z.looseObject({ resources: z.array(z.looseObject({ name: z.string() })) })
const versionSchema = z.looseObject({ gitVersion: z.string() })
const reviewSchema = z.looseObject({ status: z.looseObject({ allowed: z.boolean(), reason: z.optional(z.string()) }) })
const whoSchema = z.looseObject({ status: z.looseObject({ userInfo: z.looseObject({ username: z.optional(z.string()) }) }) })

const patchRules: Record<PatchType, { contentType: string; repeat: Repeat }> = {
  apply: { contentType: 'application/apply-patch+yaml', repeat: 'idempotent' },
  merge: { contentType: 'application/merge-patch+json', repeat: 'idempotent' },
  strategic: { contentType: 'application/strategic-merge-patch+json', repeat: 'once' },
  json: { contentType: 'application/json-patch+json', repeat: 'once' },
}

async function getOne(
  session: Session,
  resource: Resource,
  name: ObjectName,
  options: Pick<ListOptions, 'metadataOnly'> = {},
): Promise<KubeObject | undefined> {
  const subject = subjectOf('get', resource, name)
  const accept = acceptOf('PartialObjectMetadata', options.metadataOnly)
  const response = await session.send({
    method: 'GET',
    path: objectPath(resource, name),
    repeat: 'read',
    subject,
    accepts: [404],
    ...accept,
  })
  if (response.status !== 404) return completed(parse(objectSchema, response.body, subject), resource, subject)
  if (isRealNotFound(response.body)) return undefined
  throw notKubernetes(session, subject)
}

async function servesKind(session: Session, resource: Resource): Promise<boolean> {
  const subject: Subject = { verb: 'get', what: `the kinds of ${apiVersionOf(resource)}`, resource: resourceName(resource) }
  const response = await session.send({ method: 'GET', path: groupPath(resource), repeat: 'read', subject, accepts: [404] })
  if (response.status === 404) {
    if (isRealNotFound(response.body)) return false
    throw notKubernetes(session, subject)
  }
  return parse(servedSchema, response.body, subject).resources.some((one) => one.name === resource.plural)
}

const authorization = (plural: string, kind: string, group: string): Resource => ({ group, version: 'v1', plural, kind, namespaced: false })
const ACCESS_REVIEW = authorization('selfsubjectaccessreviews', 'SelfSubjectAccessReview', 'authorization.k8s.io')
const SELF_REVIEW = authorization('selfsubjectreviews', 'SelfSubjectReview', 'authentication.k8s.io')
const NAMESPACE: Resource = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false }

async function askAccess(session: Session, request: AccessRequest): Promise<{ allowed: boolean; reason?: string | undefined }> {
  const subject: Subject = { verb: 'create', what: 'SelfSubjectAccessReview', resource: resourceName(ACCESS_REVIEW) }
  const body = { apiVersion: apiVersionOf(ACCESS_REVIEW), kind: ACCESS_REVIEW.kind, spec: { resourceAttributes: request } }
  const response = await session.send({ method: 'POST', path: createPath(ACCESS_REVIEW, undefined), body, repeat: 'read', subject })
  const { allowed, reason } = parse(reviewSchema, response.body, subject).status
  return { allowed, reason }
}

async function userName(session: Session): Promise<string | undefined> {
  const subject: Subject = { verb: 'create', what: 'SelfSubjectReview', resource: resourceName(SELF_REVIEW) }
  const body = { apiVersion: apiVersionOf(SELF_REVIEW), kind: SELF_REVIEW.kind }
  // Served since Kubernetes 1.28 only, and may be forbidden: the name is a comfort, not a need.
  const call = { method: 'POST', path: createPath(SELF_REVIEW, undefined), body, repeat: 'read' as const, subject, accepts: [403, 404] }
  const response = await session.send(call)
  return response.status < 300 ? parse(whoSchema, response.body, subject).status.userInfo.username : undefined
}

async function identifyServer(session: Session, accepts: readonly number[] = []): Promise<ServerIdentity> {
  const about: Subject = { verb: 'get', what: 'the version', resource: '/version' }
  const answer = await session.send({ method: 'GET', path: '/version', repeat: 'read', subject: about, accepts })
  if (answer.status === 403 && readStatus(answer.body) !== undefined) return { ...session.where, version: 'unknown' }
  const version = parse(versionSchema, answer.body, about).gitVersion
  return { context: session.where.context, server: session.where.server, version }
}

async function identify(session: Session): Promise<ClusterIdentity> {
  // Version first: it is what tells a Kubernetes API server from anything else that listens there.
  const server = await identifyServer(session)
  const [system, user] = await Promise.all([getOne(session, NAMESPACE, { name: 'kube-system' }), userName(session)])
  const uid = system?.metadata.uid
  if (!uid) {
    const message = `the cluster behind context ${session.where.context} has no namespace kube-system: it cannot be told from others`
    throw new OpsError({ code: 'kube-error', message, hints: ['is it the right server?'] })
  }
  return { ...server, uid, user }
}

async function write(session: Session, resource: Resource, call: Omit<Call, 'accepts'>): Promise<KubeObject> {
  const response = await session.send(call)
  return completed(parse(objectSchema, response.body, call.subject), resource, call.subject)
}

async function podLogs(session: Session, pod: ObjectName, options: LogOptions): Promise<string> {
  const subject: Subject = {
    verb: 'get',
    what: `logs of Pod ${pod.namespace ?? ''}/${pod.name}`,
    resource: 'pods/log',
    namespace: pod.namespace,
  }
  // 400: the container has not started yet. 404: the pod, or its earlier container, is gone.
  const call = { method: 'GET', path: logPath(pod, options), accept: '*/*', repeat: 'read' as const, subject, accepts: [400, 404] }
  const response = await session.send(call)
  return response.status < 300 ? response.body : ''
}

export const createKube = (session: Session): Kube => ({
  identity: () => identify(session),
  server: () => identifyServer(session, [403]),
  get: (resource, name, options) => getOne(session, resource, name, options),
  list: (resource, options = {}) => listAll(session, resource, options),
  pages: (resource, options = {}) => pagesOf(session, resource, options),
  kinds: (groups) => discover(session, groups),
  serves: (resource) => servesKind(session, resource),
  canI: (request) => askAccess(session, request),
  logs: (pod, options = {}) => podLogs(session, pod, options),
  create: (resource, object) => {
    const subject = subjectOf('create', resource, object.metadata)
    return write(session, resource, {
      method: 'POST',
      path: createPath(resource, object.metadata.namespace),
      body: object,
      repeat: 'once',
      subject,
    })
  },
  replace: (resource, object, options: PatchOptions = {}) => {
    const subject = subjectOf('update', resource, object.metadata)
    // Without a resourceVersion a second PUT could undo what somebody else did in between.
    const repeat = object.metadata.resourceVersion ? 'idempotent' : 'once'
    return write(session, resource, { method: 'PUT', path: objectPath(resource, object.metadata, options), body: object, repeat, subject })
  },
  patch: (resource, name, type, body, options: PatchOptions = {}) => {
    const subject = subjectOf('patch', resource, name)
    const asked = type === 'apply' ? { fieldManager: 'flux-ops', ...options } : options
    const { onBusy, metadataOnly } = options
    const path = objectPath(resource, name, asked)
    const view = { ...(onBusy && { onBusy }), ...acceptOf('PartialObjectMetadata', metadataOnly) }
    return write(session, resource, { method: 'PATCH', path, body, ...patchRules[type], subject, ...view })
  },
  delete: async (resource, name) => {
    const subject = subjectOf('delete', resource, name)
    const call = { method: 'DELETE', path: objectPath(resource, name), repeat: 'idempotent' as const, subject, accepts: [404] }
    const response = await session.send(call)
    if (response.status === 404 && !isRealNotFound(response.body)) throw notKubernetes(session, subject)
  },
})
