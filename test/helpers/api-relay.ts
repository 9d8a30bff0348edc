// Something between a program and the API server. TLS goes through untouched, so that both ends are who they say, whatever version of HTTP they speak.
import { readFile, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface ApiRelay {
  /** Of a kubeconfig that leads there, with the credentials of the first one. */
  readonly kubeconfig: string
  close(): Promise<void>
}

export interface RelayOptions {
  /** Added to every answer, in milliseconds. Setting TLS up is no call, and is not slowed. */
  readonly ms?: number
  /** Before a call goes on to the server; counted from 1, over all connections. */
  readonly onCall?: (count: number) => Promise<void> | undefined
}

function relay(client: Socket, server: Socket, ms: number, isCalled: () => Promise<void> | undefined): void {
  // A turn is what one side says before the other answers: the first is the greeting of TLS.
  let [turns, clientSpoke] = [0, false]
  let before: Promise<void> | undefined
  client.on('data', (part) => {
    if (!clientSpoke) {
      turns += 1
      before = turns < 2 ? undefined : isCalled()
    }
    clientSpoke = true
    if (before === undefined) server.write(part)
    else void before.then(() => server.write(part))
  })
  const later = (work: () => void): void => void (turns < 2 || ms === 0 ? work() : setTimeout(work, ms))
  server.on('data', (part) => {
    clientSpoke = false
    later(() => client.write(part))
  })
  server.on('end', () => later(() => client.end()))
  client.on('end', () => server.end())
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const)
    one.on('error', () => other.destroy()).setNoDelay(true)
}

/** `kubeconfig`: of one cluster, on this machine. */
export async function apiRelay(kubeconfig: string, { ms = 0, onCall }: RelayOptions): Promise<ApiRelay> {
  const text = await readFile(kubeconfig, 'utf8')
  const [, host = '', port = ''] = /server"?:\s*"?https:\/\/([^:/\s"]+):(\d+)/.exec(text) ?? []
  if (port === '') throw new Error(`${kubeconfig} names no server with a port`)
  const sockets = new Set<Socket>()
  let calls = 0
  const server = createServer((client) => {
    const api = connect(Number(port), host)
    for (const one of [client, api]) sockets.add(one.on('close', () => sockets.delete(one)))
    relay(client, api, ms, () => onCall?.(++calls))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const file = `${kubeconfig}.relay`
  const there = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  await writeFile(file, text.replaceAll(`https://${host}:${port}`, there), { mode: 0o600 })
  const close = async (): Promise<void> => {
    for (const one of sockets) one.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  return { kubeconfig: file, close }
}
