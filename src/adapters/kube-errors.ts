// From an HTTP answer or a broken connection to an OpsError that names the object and says what to type next.
import * as z from 'zod/mini'
import { messageOf, OpsError } from '../errors.ts'

/** What the request was about, for messages. */
export interface Subject {
  readonly verb: string // get, list, create, update, patch, delete
  readonly what: string // "Kustomization flux-system/apps"
  readonly resource: string // "kustomizations.kustomize.toolkit.fluxcd.io"
  readonly namespace?: string | undefined
}

export interface Where {
  readonly context: string
  readonly server: string
}

/** A request that got no answer. `sent`: the server may have acted on it. */
export class NoAnswer extends Error {
  readonly code: string
  readonly sent: boolean

  constructor(code: string, message: string, sent: boolean, cause?: unknown) {
    super(message, { cause })
    this.code = code
    this.sent = sent
  }
}

const statusSchema = z.looseObject({
  kind: z.literal('Status'),
  message: z.optional(z.string()),
  reason: z.optional(z.string()),
  details: z.optional(
    z.looseObject({ causes: z.optional(z.array(z.looseObject({ field: z.optional(z.string()), message: z.optional(z.string()) }))) }),
  ),
})

export type ApiStatus = z.infer<typeof statusSchema>

/** The Status object of an answer, or undefined when the body is something else. */
export function readStatus(body: string): ApiStatus | undefined {
  try {
    const parsed = statusSchema.safeParse(JSON.parse(body))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

/** Whether a 404 was said by a Kubernetes API server: about an object, or about a kind that is not served. Anything else is no answer. */
export const isRealNotFound = (body: string): boolean => readStatus(body) !== undefined || body.trim() === '404 page not found'

const firstLine = (text: string): string => {
  const line = text.trim().split('\n')[0] ?? ''
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}

const canIHint = (subject: Subject, where: Where): string => {
  const scope = subject.namespace ? ` -n ${subject.namespace}` : ''
  return `look: kubectl --context ${where.context} auth can-i ${subject.verb} ${subject.resource}${scope}`
}

const error = (code: string, message: string, hints: string[], cause?: unknown): OpsError =>
  new OpsError({ code, message, hints, ...(cause === undefined ? {} : { cause }) })

/** `attempted` such as "get Kustomization flux-system/apps". */
export function answerError(httpStatus: number, body: string, subject: Subject, where: Where): OpsError {
  const status = readStatus(body)
  const said = firstLine(status?.message ?? body) || `HTTP ${httpStatus}`
  const did = `${subject.verb} ${subject.what}`
  if (httpStatus === 401)
    return error('kube-unauthorized', `${where.server} does not know who we are (context ${where.context}): ${said}`, [
      'log in again, then repeat',
      `look: kubectl --context ${where.context} auth whoami`,
    ])
  if (httpStatus === 403)
    return error('kube-forbidden', `not allowed to ${did}: ${said}`, [
      `needs verb "${subject.verb}" on ${subject.resource}`,
      canIHint(subject, where),
    ])
  if (httpStatus === 409) return error('kube-conflict', `${did}: ${said}`, ['somebody else changed the object at the same time: repeat'])
  if (httpStatus === 429)
    return error('kube-busy', `${did}: ${where.server} turns requests away for now, and did so until the end of our patience: ${said}`, [
      'it is overloaded, or its priority and fairness gives this user little:',
      `kubectl --context ${where.context} get --raw /debug/api_priority_and_fairness/dump_priority_levels`,
    ])
  if (httpStatus === 400 || httpStatus === 415 || httpStatus === 422)
    return error('kube-invalid', `${did}: refused by the API server: ${said}`, [
      'read the reason above; an admission policy may be behind it',
    ])
  if (!status && httpStatus === 404)
    return error('kube-error', `${where.server} does not answer like a Kubernetes API server (${did}: HTTP 404)`, [
      `is it the right server? context ${where.context}`,
    ])
  return error('kube-error', `${did}: HTTP ${httpStatus}: ${said}`, [`look: kubectl --context ${where.context} get --raw /readyz?verbose`])
}

const TLS_CODES = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ERR_TLS|ERR_SSL|EPROTO|HOSTNAME/

export const isTlsFailure = (code: string): boolean => TLS_CODES.test(code)

const whyNot: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name does not resolve',
  EAI_AGAIN: 'its name could not be looked up',
  EHOSTUNREACH: 'no route to it',
  ENETUNREACH: 'no network to it',
  ETIMEDOUT: 'no answer in time',
}

/** The OpsError for a connection that failed for good, after `waitedMs` of trying again. `sent`: one of the tries may have reached the server. */
export function connectionError(failure: NoAnswer, subject: Subject, where: Where, waitedMs: number, sent: boolean): OpsError {
  const tried = waitedMs >= 1000 ? ` (tried for ${Math.round(waitedMs / 1000)} s)` : ''
  if (isTlsFailure(failure.code))
    return error(
      'kube-unreachable',
      `the certificate of ${where.server} was not accepted: ${failure.message}`,
      [
        `is it the right server? context ${where.context}`,
        'the kubeconfig may hold an old certificate authority: fetch a new one from your provider',
      ],
      failure,
    )
  const why = whyNot[failure.code] ?? failure.message
  const open = sent && subject.verb !== 'get' && subject.verb !== 'list' ? '; whether it took effect is not known' : ''
  return error(
    'kube-unreachable',
    `cannot reach ${where.server} (context ${where.context}) to ${subject.verb} ${subject.what}: ${why}${tried}${open}`,
    [`look: kubectl --context ${where.context} version`, 'VPN, tunnel or the wrong context?'],
    failure,
  )
}

export const credentialError = (cause: unknown, where: Where): OpsError =>
  error(
    'kube-unauthorized',
    `no credentials for context ${where.context}: ${firstLine(messageOf(cause)) || 'the plugin failed'}`,
    [`look: kubectl --context ${where.context} auth whoami`],
    cause,
  )
