// Free loopback ports, chosen once and kept: URLs in git and in the cluster hold them. They lie below the range from which the kernel gives
// ports to outgoing connections: a client that retries against a port of that range while the server is away can end up connected to itself,
// and the server finds its own port taken.
import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'

const LOWEST = 15_000
const FEWEST = 1000

/** A port that nobody listens on now. `taken` are ports that are promised to somebody who may not listen yet. */
export async function freePort(taken: ReadonlySet<number> = new Set()): Promise<number> {
  const below = await firstEphemeral()
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = below - LOWEST < FEWEST ? await listenOn(0) : await listenOn(randomInt(LOWEST, below))
    if (port !== undefined && !taken.has(port)) return port
  }
  throw new Error('no free port on 127.0.0.1')
}

async function firstEphemeral(): Promise<number> {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '32768')
  return Number.parseInt(range, 10) || 32_768
}

function listenOn(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = server.address()
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : undefined))
    })
  })
}
