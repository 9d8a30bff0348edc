// One HTTP request to the API server over kept-alive connections; no retry and no meaning here.
import type http from 'node:http'
import { createGunzip } from 'node:zlib'
import { itemReader } from './json-items.ts'
import type { ClusterAccess, Credentials } from './kube-config.ts'
import { NoAnswer } from './kube-errors.ts'

// Imported, node:http would load WebSocket and fetch as well, of which nothing is used here.
const [plain, secured] = [process.getBuiltinModule('node:http'), process.getBuiltinModule('node:https')]

export interface HttpRequest {
  readonly method: string
  /** Path and query, already escaped. */
  readonly path: string
  readonly body?: string | undefined
  readonly contentType?: string | undefined
  readonly accept?: string | undefined
  readonly timeoutMs: number
  /** Of a list: its items are parsed while they come, and each is given to this. */
  readonly onItem?: ((item: unknown) => void) | undefined
}

export interface HttpResponse {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
  /** Items that were parsed already; the body is a list without them. */
  readonly items?: readonly unknown[] | undefined
}

export interface HttpClient {
  /** Throws NoAnswer. Credential failures are thrown as they are. */
  send(request: HttpRequest): Promise<HttpResponse>
  close(): void
}

/** A page of 500 objects is a few MB; this only stops a server that never ends. */
const MAX_BODY_BYTES = 512 * 1024 * 1024
/** Of what is unpacked, given on at once. */
const CHUNK_BYTES = 128 * 1024
/** The API server allows far more; enough for all Flux kinds side by side. */
const MAX_SOCKETS = 24

interface Wire {
  readonly base: URL
  readonly agent: http.Agent
  readonly credentials: Credentials
  readonly userAgent: string
}

type Body = Pick<HttpResponse, 'body' | 'items'>

interface Sink {
  push(chunk: Buffer): void
  end(): Body
}

function wholeText(): Sink {
  const chunks: Buffer[] = []
  return { push: (chunk) => void chunks.push(chunk), end: () => ({ body: Buffer.concat(chunks).toString('utf8') }) }
}

function collect(response: http.IncomingMessage, sink: Sink, done: (body: Body) => void, fail: (error: Error) => void): void {
  let size = 0
  const stream = response.headers['content-encoding'] === 'gzip' ? response.pipe(createGunzip({ chunkSize: CHUNK_BYTES })) : response
  response.on('error', fail)
  stream.on('error', fail)
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length
    try {
      if (size > MAX_BODY_BYTES) throw new Error(`the answer is over ${MAX_BODY_BYTES} bytes`)
      sink.push(chunk)
    } catch (error) {
      response.destroy(error as Error)
    }
  })
  stream.on('end', () => (response.complete ? done(sink.end()) : fail(new Error('the answer broke off'))))
  response.on('aborted', () => fail(new Error('the answer broke off')))
}

const BEFORE_SENDING = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'])

function headersFor(wire: Wire, request: HttpRequest): Record<string, string> {
  return {
    ...wire.credentials.headers,
    accept: request.accept ?? 'application/json',
    'user-agent': wire.userAgent,
    // Also on the loopback: packed, a long list comes in few large pieces, and otherwise in as many as it has objects.
    'accept-encoding': 'gzip',
    ...(request.body === undefined
      ? {}
      : { 'content-type': request.contentType ?? 'application/json', 'content-length': String(Buffer.byteLength(request.body)) }),
  }
}

function exchange(wire: Wire, request: HttpRequest): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    let connected = false
    const secure = wire.base.protocol === 'https:'
    const path = `${wire.base.pathname.replace(/\/$/, '')}${request.path}`
    const sending = (secure ? secured : plain).request({
      protocol: wire.base.protocol,
      hostname: wire.base.hostname.replace(/^\[|\]$/g, ''),
      port: wire.base.port || (secure ? 443 : 80),
      method: request.method,
      path,
      headers: headersFor(wire, request),
      agent: wire.agent,
      ...wire.credentials.tls,
    })
    const timer = setTimeout(() => sending.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })), request.timeoutMs)
    const fail = (error: Error) => {
      clearTimeout(timer)
      const code = (error as NodeJS.ErrnoException).code ?? 'ECONNRESET'
      reject(new NoAnswer(code, error.message, connected && !BEFORE_SENDING.has(code), error))
    }
    sending.on('socket', (socket) => {
      if (!socket.connecting && sending.reusedSocket) connected = true
      else
        socket.once(secure ? 'secureConnect' : 'connect', () => {
          connected = true
        })
    })
    sending.on('error', fail)
    sending.on('response', (response) => {
      const status = response.statusCode ?? 0
      const finish = (body: Body) => {
        clearTimeout(timer)
        resolve({ status, headers: response.headers, ...body })
      }
      collect(response, request.onItem !== undefined && status === 200 ? itemReader(request.onItem) : wholeText(), finish, fail)
    })
    sending.end(request.body)
  })
}

export function createHttpClient(access: ClusterAccess, userAgent: string): HttpClient {
  const base = new URL(access.server)
  const options = { keepAlive: true, maxSockets: MAX_SOCKETS, scheduling: 'lifo' as const }
  const own = base.protocol === 'https:' ? new secured.Agent(options) : new plain.Agent(options)
  const inUse = new Set<http.Agent>([own])
  return {
    send: async (request) => {
      const credentials = await access.credentials()
      const agent = credentials.proxyAgent ?? own
      inUse.add(agent)
      return exchange({ base, agent, credentials, userAgent }, request)
    },
    close: () => {
      for (const agent of inUse) agent.destroy()
    },
  }
}
