// What kube-proxy would do: a port that stays while the pods behind it change. The source-controller's address is part of every artifact URL.
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'

export interface ServiceProxy {
  /** The newest ready pod's port; undefined while there is none. */
  setBackend(port: number | undefined): void
  /** While there is no backend: take what is posted and drop it, as a simulated notification-controller does. */
  setSink(sink: boolean): void
  close(): void
}

export async function serviceProxy(port: number): Promise<ServiceProxy> {
  const agent = new Agent({ keepAlive: true })
  let backend: number | undefined
  let sink = false
  const server = createServer((incoming, outgoing) => {
    if (backend !== undefined) forward(incoming, outgoing, backend, agent)
    else refuse(incoming, outgoing, sink ? 202 : 503)
  })
  await listen(server, port)
  return {
    setBackend: (next) => {
      backend = next
    },
    setSink: (next) => {
      sink = next
    },
    close: () => {
      agent.destroy()
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Takes what is posted and drops it, whoever is ready: for a sandbox out of which nothing may be sent. */
export function silenced(proxy: ServiceProxy): ServiceProxy {
  proxy.setSink(true)
  return { setBackend: () => {}, setSink: () => {}, close: () => proxy.close() }
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, port: number, agent: Agent): void {
  const { method, url, headers } = incoming
  const onward = request({ host: '127.0.0.1', port, method, path: url, headers, agent }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
    answer.on('error', () => outgoing.destroy())
  })
  onward.on('error', () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(503).end('no endpoint\n')))
  incoming.on('error', () => onward.destroy())
  incoming.pipe(onward)
}

function refuse(incoming: IncomingMessage, outgoing: ServerResponse, status: number): void {
  incoming.resume()
  incoming.on('end', () => outgoing.writeHead(status).end(status === 202 ? '' : 'no endpoint\n'))
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}
