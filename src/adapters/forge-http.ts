// One request to the API of a forge: bounded in time and size, and with a certificate authority of one's own where there is one.
import { readFile } from 'node:fs/promises'
import { request } from 'node:https'
import { messageOf, OpsError } from '../errors.ts'

const TIMEOUT_MS = 30_000
/** Of one answer: fifty pull requests are a few MB. */
const MOST_BYTES = 32 * 2 ** 20

export interface Answer {
  readonly status: number
  /** undefined: what came is no JSON. */
  readonly body: unknown
}

export interface Asking {
  readonly method?: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly json?: object | undefined
  readonly signal?: AbortSignal | undefined
  /** Absolute path of a certificate authority. */
  readonly caFile?: string | undefined
}

const limited = (signal: AbortSignal | undefined): AbortSignal =>
  AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal === undefined ? [] : [signal])])

async function textOf(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of body ?? []) {
    bytes += part.length
    if (bytes > MOST_BYTES) throw new Error(`the answer has more than ${MOST_BYTES / 2 ** 20} MiB`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

interface Said {
  readonly status: number
  readonly text: string
}

/** fetch knows only the authorities that Node was started with. */
async function askTrusting(ca: string, url: string, init: RequestInit): Promise<Said> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers, body, signal } = init
    const options = { method, headers: headers as Record<string, string>, ca, ...(signal && { signal }) }
    const asked = request(url, options, (response) => {
      textOf(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

async function askAnyone(url: string, init: RequestInit): Promise<Said> {
  const response = await fetch(url, init)
  return { status: response.status, text: await textOf(response.body as AsyncIterable<Uint8Array> | null) }
}

/** Throws OpsError `forge-unreachable`. */
export async function askForge(url: string, { method, headers, json, signal, caFile }: Asking): Promise<Answer> {
  const typed = json === undefined ? headers : { ...headers, 'content-type': 'application/json' }
  const init: RequestInit = {
    ...(method !== undefined && { method }),
    headers: typed,
    ...(json !== undefined && { body: JSON.stringify(json) }),
    signal: limited(signal),
  }
  try {
    const secure = caFile !== undefined && url.startsWith('https:')
    const { status, text } = secure ? await askTrusting(await readFile(caFile, 'utf8'), url, init) : await askAnyone(url, init)
    return { status, body: jsonIn(text) }
  } catch (cause) {
    signal?.throwIfAborted()
    const why = cause instanceof Error && cause.cause !== undefined ? messageOf(cause.cause) : messageOf(cause)
    throw new OpsError({
      code: 'forge-unreachable',
      message: `${new URL(url).origin} does not answer: ${why}`,
      hints: ['its pages are elsewhere:  --forge-url URL', `look:  curl ${url}`],
      cause,
    })
  }
}
