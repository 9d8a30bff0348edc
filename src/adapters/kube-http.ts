// One HTTP request to the API server over kept-alive connections; no retry and no meaning here.
import type http from 'node:http'
import { createGunzip } from 'node:zlib'
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
}

export interface HttpResponse {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

export interface HttpClient {
  /** Throws NoAnswer. Credential failures are thrown as they are. */
  send(request: HttpRequest): Promise<HttpResponse>
  close(): void
}

/** A page of 500 objects is a few MB; this only stops a server that never ends. */
const MAX_BODY_BYTES = 512 * 1024 * 1024
/** The API server allows far more; enough for all Flux kinds side by side. */
const MAX_SOCKETS = 24
/** A slow network in front of a gzip is worth it; on the loopback it only costs CPU. */
const isLoopback = (url: URL): boolean => /^(localhost|127\.|\[::1\])/.test(url.hostname)

interface Wire {
  readonly base: URL
  readonly agent: http.Agent
  readonly credentials: Credentials
  readonly userAgent: string
}

function collect(response: http.IncomingMessage, done: (body: string) => void, fail: (error: Error) => void): void {
  const chunks: Buffer[] = []
  let size = 0
  const stream = response.headers['content-encoding'] === 'gzip' ? response.pipe(createGunzip()) : response
  response.on('error', fail)
  stream.on('error', fail)
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > MAX_BODY_BYTES) response.destroy(new Error(`the answer is over ${MAX_BODY_BYTES} bytes`))
    else chunks.push(chunk)
  })
  stream.on('end', () => (response.complete ? done(Buffer.concat(chunks).toString('utf8')) : fail(new Error('the answer broke off'))))
  response.on('aborted', () => fail(new Error('the answer broke off')))
}

const BEFORE_SENDING = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'])

function headersFor(wire: Wire, request: HttpRequest): Record<string, string> {
  return {
    ...wire.credentials.headers,
    accept: request.accept ?? 'application/json',
    'user-agent': wire.userAgent,
    ...(isLoopback(wire.base) ? {} : { 'accept-encoding': 'gzip' }),
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
      const finish = (body: string) => {
        clearTimeout(timer)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
      }
      collect(response, finish, fail)
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
