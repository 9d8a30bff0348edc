// A server on the loopback that answers like an API server where a test says so, and a Kube port pointed at it.
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '../../../src/adapters/clock.ts'
import { createKube } from '../../../src/adapters/kube.ts'
import type { ClusterAccess } from '../../../src/adapters/kube-config.ts'
import { createHttpClient } from '../../../src/adapters/kube-http.ts'
import { createSession, type SessionOptions } from '../../../src/adapters/kube-session.ts'
import type { Kube, Resource } from '../../../src/ports/kube.ts'

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** `drop`: the connection is cut after the request was read. */
export type Reply = { status?: number; body?: unknown; headers?: Record<string, string> } | 'drop'

export interface FakeApi {
  readonly kube: Kube
  readonly seen: Seen[]
  readonly notes: string[]
  forgotten: number
  close(): Promise<void>
}

export const CONFIG_MAP: Resource = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true }
export const APPS: Resource = {
  group: 'kustomize.toolkit.fluxcd.io',
  version: 'v1',
  plural: 'kustomizations',
  kind: 'Kustomization',
  namespaced: true,
}

export const status = (code: number, reason: string, message: string): Reply => ({
  status: code,
  body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code },
})

const bytesOf = (body: unknown): string | Buffer => (typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body ?? {}))

/** `readyz`: what a server that was lost says of itself when it answers again; that it is asked is in no `seen`. */
interface FakeOptions extends Partial<SessionOptions> {
  readonly readyz?: () => Reply
}

export async function fakeApi(answer: (seen: Seen, count: number) => Reply, fake: FakeOptions = {}): Promise<FakeApi> {
  const { readyz = (): Reply => ({ body: 'ok' }), ...options } = fake
  const seen: Seen[] = []
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() }
    const probed = one.url === '/readyz'
    if (!probed) seen.push(one)
    const reply = probed ? readyz() : answer(one, seen.length)
    if (reply === 'drop') {
      request.socket.destroy()
      return
    }
    response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers })
    response.end(bytesOf(reply.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const notes: string[] = []
  const api: FakeApi = {
    seen,
    notes,
    forgotten: 0,
    kube: undefined as unknown as Kube,
    close: async () => {
      session.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  const access: ClusterAccess = {
    context: 'test',
    server: `http://127.0.0.1:${port}`,
    files: [],
    secrets: [],
    credentials: async () => ({ headers: { Authorization: 'Bearer not-a-real-token' }, tls: {} }),
    forget: async () => void api.forgotten++,
  }
  const http = createHttpClient(access, 'flux-ops/test')
  const session = createSession({
    access,
    http,
    clock: systemClock,
    patienceMs: 3000,
    firstPatienceMs: 1000,
    onOutage: (text) => notes.push(text),
    ...options,
  })
  return Object.assign(api, { kube: createKube(session) })
}
