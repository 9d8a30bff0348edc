// The few API calls the sandbox needs for itself, over kept-alive https with the sandbox's own CA and a bearer token.
import { Agent, type RequestOptions, request } from 'node:https'
import type { KubeObject } from '../ports/kube.ts'

export interface Answer {
  readonly status: number
  readonly text: string
}

export class KubeHttpError extends Error {
  readonly status: number
  constructor(method: string, path: string, answer: Answer) {
    super(`${method} ${path}: ${answer.status} ${reasonOf(answer.text)}`)
    this.status = answer.status
  }
}

export interface KubeHttp {
  /** Throws KubeHttpError for any status of 400 and above, a plain Error when no answer came. */
  call<T = KubeObject>(method: string, path: string, body?: unknown, contentType?: string): Promise<T>
  get<T = KubeObject>(path: string): Promise<T | undefined>
  /** Yields the lines of a watch until the server ends it. `signal` ends it from our side. */
  watch(path: string, signal: AbortSignal): AsyncGenerator<WatchEvent>
  close(): void
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: KubeObject
}

export interface KubeHttpOptions {
  readonly port: number
  readonly token: string
  readonly ca: string
  readonly timeoutMs?: number
}

export function kubeHttp(options: KubeHttpOptions): KubeHttp {
  const agent = new Agent({ keepAlive: true, ca: options.ca, maxSockets: 20 })
  const base: RequestOptions = { host: '127.0.0.1', port: options.port, agent }
  const headers = { authorization: `Bearer ${options.token}`, accept: 'application/json' }
  const timeoutMs = options.timeoutMs ?? 15_000

  const send = (method: string, path: string, body: string | undefined, contentType: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const extra = body === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }
      const outgoing = request({ ...base, method, path, headers: { ...headers, ...extra }, timeout: timeoutMs }, (incoming) => {
        const parts: Buffer[] = []
        incoming.on('data', (part: Buffer) => parts.push(part))
        incoming.on('error', reject)
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(parts).toString() }))
      })
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${timeoutMs / 1000} s`)))
      outgoing.on('error', reject)
      outgoing.end(body)
    })

  const call = async <T>(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<T> => {
    const answer = await send(method, path, body === undefined ? undefined : JSON.stringify(body), contentType)
    if (answer.status >= 400 || answer.status === 0) throw new KubeHttpError(method, path, answer)
    return (answer.text.startsWith('{') ? JSON.parse(answer.text) : answer.text) as T
  }

  return {
    call,
    get: async <T>(path: string) => {
      try {
        return await call<T>('GET', path)
      } catch (error) {
        if (error instanceof KubeHttpError && error.status === 404) return undefined
        throw error
      }
    },
    watch: (path, signal) => watchLines({ ...base, path, headers, signal, agent: new Agent({ ca: options.ca }) }),
    close: () => agent.destroy(),
  }
}

async function* watchLines(options: RequestOptions & { signal: AbortSignal }): AsyncGenerator<WatchEvent> {
  const incoming = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const outgoing = request(options, resolve)
    outgoing.on('error', reject)
    outgoing.end()
  })
  if (incoming.statusCode !== 200) {
    incoming.destroy()
    throw new KubeHttpError('WATCH', options.path ?? '', { status: incoming.statusCode ?? 0, text: '' })
  }
  incoming.setEncoding('utf8')
  let rest = ''
  for await (const part of incoming) {
    const lines = (rest + part).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') yield JSON.parse(line) as WatchEvent
  }
}

function reasonOf(text: string): string {
  try {
    return String((JSON.parse(text) as { message?: unknown }).message ?? text)
  } catch {
    return text.slice(0, 300)
  }
}
