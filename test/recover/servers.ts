// What stands around the cluster in a scenario, over HTTP: a Helm repository, a registry and buckets that let nobody in, and an address that fails.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const INDEX = `apiVersion: v1
entries:
  web:
    - apiVersion: v2
      name: web
      version: 0.1.0
      urls: [web-0.1.0.tgz]
`

const PAGE = '<!doctype html><title>Welcome</title>\n'

const xml = (code: string): string => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`

type Answer = readonly [status: number, body: string, headers?: Record<string, string>]

function answerTo(path: string): Answer {
  if (path === '/index.yaml') return [200, INDEX]
  if (path === '/page/index.yaml') return [200, PAGE]
  if (path === '/private/index.yaml') return [401, 'who are you']
  if (path.startsWith('/v2')) return [401, '{}', { 'www-authenticate': 'Basic realm="private"' }]
  if (path.startsWith('/private-bucket')) return [403, xml('AccessDenied'), { 'content-type': 'application/xml' }]
  if (path.startsWith('/no-such-bucket')) return [404, xml('NoSuchBucket'), { 'content-type': 'application/xml' }]
  if (path === '/failing') return [500, 'not today']
  return [404, '']
}

export interface Servers {
  /** `http://127.0.0.1:40000` */
  readonly url: string
  close(): void
}

export async function startServers(): Promise<Servers> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const [status, body, headers = {}] = answerTo(request.url?.split('?')[0] ?? '/')
    request.resume()
    response.writeHead(status, headers).end(body)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
