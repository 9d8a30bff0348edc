// Chart repositories over HTTP: OCI registries by the distribution API (https://github.com/opencontainers/distribution-spec), others by their
// index.yaml. Only metadata is read, never a chart.
import { parse } from 'yaml'
import { z } from 'zod'
import { messageOf, OpsError } from '../errors.ts'
import type { ChartAddress, ChartReader } from '../ports/charts.ts'

const TIMEOUT_MS = 30_000
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
  async function ask(chart: ChartAddress, url: string, accept: string): Promise<string | undefined> {
    try {
      let answer = await get(url, { accept })
      if (answer.status === 401) {
        const token = await anonymousToken(chart, answer.headers.get('www-authenticate') ?? '')
        if (token !== undefined) answer = await get(url, { accept, authorization: `Bearer ${token}` })
      }
      if (answer.status === 404) return undefined
      if (!answer.ok) throw unreachable(chart, `HTTP ${answer.status}`)
      return await answer.text()
    } catch (cause) {
      signal?.throwIfAborted()
      if (cause instanceof OpsError) throw cause
      const why = cause instanceof Error && cause.cause !== undefined ? messageOf(cause.cause) : messageOf(cause)
      throw unreachable(chart, why, cause)
    }
  }

  async function read<T>(chart: ChartAddress, url: string, accept: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const text = await ask(chart, url, accept)
    if (text === undefined) return undefined
    try {
      return schema.parse(parse(text, { maxAliasCount: 0 }))
    } catch (cause) {
      throw unreachable(chart, `${url} is not what such a repository answers`, cause)
    }
  }

  const indexOf = async (chart: ChartAddress) => {
    const index = await read(chart, `${chart.url.replace(/\/+$/, '')}/index.yaml`, '*/*', Index)
    return index?.entries[chart.name] ?? []
  }

  return {
    versions: async (chart) => {
      if (!isOci(chart)) return (await indexOf(chart)).map((each) => each.version)
      const list = await read(chart, `${registryOf(chart)}/tags/list?n=1000`, 'application/json', Tags)
      // A tag cannot have the + of a version: Helm writes _ for it.
      return (list?.tags ?? []).map((tag) => tag.replaceAll('_', '+'))
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
