// Whether source-controller fetches with what the Secret holds: every source is asked, and its answer counts, not that it is Ready from before. A look counts
// only when nothing has failed since it began.
import { shorten } from '../../src/actions/reconcile.ts'
import { request } from '../../src/actions/requests.ts'
import { EVENT, idOf, parseId } from '../../src/actions/resources.ts'
import { readFluxObject } from '../../src/actions/sync-source.ts'
import { waitFor } from '../../src/actions/wait-for.ts'
import { OpsError } from '../../src/errors.ts'
import { isSuspended, reconciledSince, verdict } from '../../src/flux/conditions.ts'
import type { Context, ReadContext } from '../../src/ports/context.ts'
import type { KubeObject } from '../../src/ports/kube.ts'
import type { CredentialsView } from './plan-facts.ts'

const ROUNDS = 3
const BETWEEN_MS = 2_000
const MOST_TOLD = 10

/** As they are now; one that was deleted meanwhile fetches nothing. */
async function readSources(ctx: ReadContext, { plan }: CredentialsView): Promise<KubeObject[]> {
  const sources: KubeObject[] = []
  for (const { id } of plan.sources) {
    try {
      sources.push(await readFluxObject(ctx.kube, 'GitRepository', id))
    } catch (error) {
      if (!(error instanceof OpsError) || error.code !== 'object-missing') throw error
    }
  }
  return sources.filter((source) => !isSuspended(source) && source.metadata.deletionTimestamp === undefined)
}

const when = (event: KubeObject): number =>
  Date.parse(String(event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? ''))

const FAILURES = new Set(['GitOperationFailed', 'AuthenticationFailed', 'FetchFailed'])

/** What sources have said of fetches that failed since then (ISO 8601); events have no fractions of a second. */
export async function failedFetches(ctx: ReadContext, { plan }: CredentialsView, since: string): Promise<string[]> {
  const from = Math.floor(Date.parse(since) / 1000) * 1000
  const wanted = new Set(plan.sources.map(({ id }) => id))
  const lines: string[] = []
  for (const namespace of new Set(plan.sources.map(({ id }) => parseId(id).namespace ?? ''))) {
    const events = await ctx.kube.list(EVENT, { namespace, fieldSelector: 'type=Warning,involvedObject.kind=GitRepository' })
    for (const event of events) {
      const id = `${event.involvedObject?.namespace}/${event.involvedObject?.name}`
      if (wanted.has(id) && FAILURES.has(String(event.reason)) && when(event) >= from) lines.push(`GitRepository ${id}: ${event.message}`)
    }
  }
  return [...new Set(lines)].slice(-MOST_TOLD)
}

const describe = (source: KubeObject): string => `${idOf(source)}: ${verdict(source).state} ${verdict(source).message}`.slice(0, 400)

/** One question to each; gives those that answered that they failed. */
async function round(ctx: Context, view: CredentialsView, token: string, since: string): Promise<KubeObject[]> {
  const sources = await readSources(ctx, view)
  for (const source of sources) await request(ctx.kube, source, token)
  const answered = (source: KubeObject): boolean =>
    reconciledSince(source, token, since) && ['ready', 'failed'].includes(verdict(source).state)
  return waitFor(ctx, {
    waitingFor: 'every source to fetch once more',
    timeoutMs: view.plan.timeoutMs,
    code: 'fetch-timeout',
    hints: ['flux get sources git -A', 'once they answer:  flux-ops runs resume', 'or back to the old one:  flux-ops runs abandon'],
    probe: async () => {
      const now = await readSources(ctx, view)
      const left = now.filter((source) => !answered(source))
      if (left.length === 0) return { done: true, value: now.filter((source) => verdict(source).state === 'failed') }
      return { done: false, lastSeen: shorten(left.map(describe), 2) }
    },
  })
}

const failed = (lines: readonly string[]): OpsError =>
  new OpsError({
    code: 'fetch-failed',
    message: ['a source does not fetch with what the Secret holds now', ...lines.map((line) => `  ${line}`)].join('\n'),
    hints: [
      'what is behind it:  flux-ops recover',
      'once it is well:  flux-ops runs resume',
      'or back to the old one, which the server still takes:  flux-ops runs abandon',
    ],
  })

export interface Fetched {
  readonly sources: readonly string[]
  /** When the last of them had answered, ISO 8601. */
  readonly at: string
}

/** `label`: tells this proof from others of the run. Throws OpsError `fetch-timeout`, `fetch-failed`. */
export async function proveFetch(ctx: Context, view: CredentialsView, label: string): Promise<Fetched> {
  for (let attempt = 1; ; attempt++) {
    const since = ctx.clock.now().toISOString()
    const wrong = await round(ctx, view, `${view.runId}/${label}/${Date.parse(since)}`, since)
    const said = [...wrong.map(describe), ...(await failedFetches(ctx, view, since))]
    const at = ctx.clock.now().toISOString()
    if (said.length === 0) return { sources: (await readSources(ctx, view)).map(idOf), at }
    if (attempt === ROUNDS) throw failed(said)
    ctx.progress({ waitingFor: 'a fetch that does not fail', lastSeen: shorten(said, 2) })
    await ctx.clock.sleep(BETWEEN_MS, ctx.signal)
  }
}
