// Chart repositories over HTTP: OCI registries by the distribution API (https://github.com/opencontainers/distribution-spec), others by their
// index.yaml. Only metadata is read, never a chart.
import { parse } from 'yaml'
import * as z from 'zod'
import { messageOf, OpsError } from '../errors.ts'
import type { ChartAddress, ChartReader } from '../ports/charts.ts'

const TIMEOUT_MS = 30_000
/** An index.yaml of a large repository has some 20 MiB. */
const MAX_BYTES = 64 * 1024 * 1024
/** Of 1,000 tags each. */
const MAX_PAGES = 50
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

const Tags = z.object({ tags: z.array(z.string()).nullable() })
const Manifest = z.object({ config: z.object({ digest: z.string().regex(/^sha256:[0-9a-f]{64}$/) }) })
const Config = z.object({ appVersion: z.string().optional() })
const Token = z.object({ token: z.string().optional(), access_token: z.string().optional() })
const Index = z.object({
  entries: z.record(z.string(), z.array(z.object({ version: z.string(), appVersion: z.coerce.string().optional() }))),
})

const isOci = ({ url }: ChartAddress): boolean => url.startsWith('oci://')

const unreachable = ({ url }: ChartAddress, why: string, cause?: unknown): OpsError =>
  new OpsError({
    code: 'chart-unreachable',
    message: `${url} does not tell its charts: ${why}`,
    hints: ['look them up yourself, and name one:  --chart-version VERSION'],
    ...(cause === undefined ? {} : { cause }),
  })

/** `https://host/v2/path/name` */
const registryOf = ({ url, insecure }: ChartAddress): string => {
  const [host, ...path] = url.slice('oci://'.length).split('/')
  return `${insecure ? 'http' : 'https'}://${host}/v2/${path.join('/')}`
}

/** The parts of `Bearer realm="…",service="…"`. */
const challenge = (header: string): Record<string, string> =>
  Object.fromEntries([...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]))

/** Throws OpsError `chart-unreachable` for a body that does not end in time. */
async function textOf(chart: ChartAddress, answer: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const part of answer.body ?? []) {
    bytes += part.byteLength
    if (bytes > MAX_BYTES) throw unreachable(chart, `it answers more than ${MAX_BYTES / 1024 / 1024} MiB`)
    text += decoder.decode(part, { stream: true })
  }
  return text + decoder.decode()
}

/** `</v2/charts/flux2/tags/list?n=1000&last=2.9.2>; rel="next"`: the address of the next page. Throws where that is on another server. */
function nextPage(chart: ChartAddress, at: string, link: string | null): string | undefined {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link ?? '')?.[1]
  if (target === undefined) return undefined
  const next = URL.canParse(target, at) ? new URL(target, at) : undefined
  if (next?.origin !== new URL(at).origin) throw unreachable(chart, 'its list of versions goes on at another server')
  return next.href
}

interface Answer {
  readonly text: string
  readonly link: string | null
}

export function createCharts(signal?: AbortSignal): ChartReader {
  const get = (url: string, headers: Record<string, string>): Promise<Response> =>
    fetch(url, { headers, signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal === undefined ? [] : [signal])]) })

  async function anonymousToken(chart: ChartAddress, header: string): Promise<string | undefined> {
    const { realm, service = '', scope = '' } = challenge(header)
    if (realm === undefined || !URL.canParse(realm) || !(chart.insecure || realm.startsWith('https://'))) return undefined
    const url = new URL(realm)
    url.searchParams.set('service', service)
    url.searchParams.set('scope', scope)
    const answer = await get(url.href, {})
    const { token, access_token: other } = answer.ok ? Token.parse(await answer.json()) : {}
    return token ?? other
  }

  /** undefined for what is not there. */
  async function ask(chart: ChartAddress, url: string, accept: string): Promise<Answer | undefined> {
    try {
      let answer = await get(url, { accept })
      if (answer.status === 401) {
        const token = await anonymousToken(chart, answer.headers.get('www-authenticate') ?? '')
        if (token !== undefined) answer = await get(url, { accept, authorization: `Bearer ${token}` })
      }
      if (answer.status === 404) return undefined
      if (!answer.ok) throw unreachable(chart, `HTTP ${answer.status}`)
      return { text: await textOf(chart, answer), link: answer.headers.get('link') }
    } catch (cause) {
      signal?.throwIfAborted()
      if (cause instanceof OpsError) throw cause
      const why = cause instanceof Error && cause.cause !== undefined ? messageOf(cause.cause) : messageOf(cause)
      throw unreachable(chart, why, cause)
    }
  }

  function understood<T>(chart: ChartAddress, url: string, { text }: Answer, schema: z.ZodType<T>): T {
    try {
      return schema.parse(parse(text, { maxAliasCount: 0 }))
    } catch (cause) {
      throw unreachable(chart, `${url} is not what such a repository answers`, cause)
    }
  }

  async function read<T>(chart: ChartAddress, url: string, accept: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const answer = await ask(chart, url, accept)
    return answer && understood(chart, url, answer, schema)
  }

  async function tagsOf(chart: ChartAddress): Promise<string[]> {
    const tags: string[] = []
    let url: string | undefined = `${registryOf(chart)}/tags/list?n=1000`
    for (let page = 0; url !== undefined; page++) {
      if (page === MAX_PAGES) throw unreachable(chart, `its list of versions has more than ${MAX_PAGES} pages`)
      const answer = await ask(chart, url, 'application/json')
      if (answer === undefined && page === 0) return []
      if (answer === undefined) throw unreachable(chart, `page ${page + 1} of its list of versions is not there`)
      tags.push(...(understood(chart, url, answer, Tags).tags ?? []))
      url = nextPage(chart, url, answer.link)
    }
    return tags
  }

  const indexOf = async (chart: ChartAddress) => {
    const index = await read(chart, `${chart.url.replace(/\/+$/, '')}/index.yaml`, '*/*', Index)
    return index?.entries[chart.name] ?? []
  }

  return {
    versions: async (chart) => {
      if (!isOci(chart)) return (await indexOf(chart)).map((each) => each.version)
      // A tag cannot have the + of a version: Helm writes _ for it.
      return (await tagsOf(chart)).map((tag) => tag.replaceAll('_', '+'))
    },
    appVersion: async (chart, version) => {
      if (!isOci(chart)) return (await indexOf(chart)).find((each) => each.version === version)?.appVersion
      const at = registryOf(chart)
      const manifest = await read(chart, `${at}/manifests/${encodeURIComponent(version.replaceAll('+', '_'))}`, MANIFEST, Manifest)
      const config = manifest && (await read(chart, `${at}/blobs/${manifest.config.digest}`, '*/*', Config))
      return config?.appVersion
    },
  }
}
