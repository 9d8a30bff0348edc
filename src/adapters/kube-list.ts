// Lists in pages of 500: whole and of one moment, or page by page with no more than one page in memory.
import * as z from 'zod/mini'
import type { KubeObject, ListOptions, Page, Resource } from '../ports/kube.ts'
import { acceptOf, completed, isObject, notKubernetes, notServed, parse, subjectOf } from './kube-answers.ts'
import { isRealNotFound } from './kube-errors.ts'
import { listPath } from './kube-paths.ts'
import type { Session } from './kube-session.ts'

const PAGE = 500
const MAX_RESTARTS = 5

const listSchema = z.looseObject({
  apiVersion: z.optional(z.string()),
  metadata: z.optional(z.looseObject({ continue: z.optional(z.string()), remainingItemCount: z.optional(z.number()) })),
  items: z.nullable(z.array(z.unknown())),
})
const expiredSchema = z.looseObject({ metadata: z.optional(z.looseObject({ continue: z.optional(z.string()) })) })

interface Answered {
  readonly items: readonly KubeObject[]
  readonly next: string | undefined
  readonly remaining: number | undefined
}

/** `next`: a token that goes on behind the last page, but in the list as it is now. */
interface Expired {
  readonly expired: true
  readonly next: string | undefined
}

async function readPage(
  session: Session,
  resource: Resource,
  options: ListOptions,
  next: string | undefined,
  mayExpire: boolean,
): Promise<Answered | Expired> {
  const subject = subjectOf('list', resource, undefined, options.namespace)
  const path = listPath(resource, options, options.page ?? PAGE, next)
  const accept = acceptOf('PartialObjectMetadataList', options.metadataOnly)
  const onItem = (item: unknown): void => {
    if (options.trim !== undefined && isObject(item)) options.trim(item)
  }
  // 410: the snapshot behind `continue` was compacted away.
  const accepts = next !== undefined && mayExpire ? [404, 410] : [404]
  const response = await session.send({ method: 'GET', path, repeat: 'read', subject, accepts, onItem, ...accept })
  if (response.status === 410) return { expired: true, next: parse(expiredSchema, response.body, subject).metadata?.continue || undefined }
  if (response.status === 404) {
    if (isRealNotFound(response.body) && next === undefined) {
      if (options.mustBeServed === true) throw notServed(resource, subject)
      return { items: [], next: undefined, remaining: undefined }
    }
    throw notKubernetes(session, subject)
  }
  const page = parse(listSchema, response.body, subject)
  for (const item of page.items ?? []) onItem(item)
  const items = [...(response.items ?? []), ...(page.items ?? [])].map((item) => completed(item, resource, subject))
  return { items, next: page.metadata?.continue || undefined, remaining: page.metadata?.remainingItemCount }
}

export async function listAll(session: Session, resource: Resource, options: ListOptions): Promise<KubeObject[]> {
  for (let restart = 0; ; restart++) {
    const found: KubeObject[] = []
    let next: string | undefined
    do {
      const page = await readPage(session, resource, options, next, restart < MAX_RESTARTS)
      if ('expired' in page) break // only a fresh start is of one moment
      found.push(...page.items)
      next = page.next
      if (!next || found.length >= (options.atMost ?? Number.POSITIVE_INFINITY)) return found
    } while (next)
  }
}

// After a 410 the server's own token leads to the next key in the list as it is now: https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
export async function* pagesOf(session: Session, resource: Resource, options: ListOptions): AsyncGenerator<Page> {
  let next: string | undefined
  let restarts = 0
  let expiredJustNow = false
  for (;;) {
    const page = await readPage(session, resource, options, next, restarts < MAX_RESTARTS)
    next = page.next
    if ('expired' in page) {
      if (next === undefined || expiredJustNow) restarts += 1
      expiredJustNow = true
      continue
    }
    expiredJustNow = false
    yield { items: page.items, remaining: page.remaining }
    if (next === undefined) return
  }
}
