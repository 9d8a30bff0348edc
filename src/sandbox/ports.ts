// Free loopback ports, below the range from which the kernel gives ports to outgoing connections: a client that retries against a port of
// that range while the server is away can end up connected to itself, and the server finds its own port taken.
// Those that are chosen once and kept (URLs in git and in the cluster hold them) come from a range of their own, and are claimed: a sandbox
// that is down listens nowhere and wants its ports back.
import { randomInt } from 'node:crypto'
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { cacheRoot } from './services/cache.ts'

interface Range {
  readonly from: number
  readonly below: number
}

const LOWEST = 15_000
const SPLIT = 22_000
const FEWEST = 1000

/** A port that nobody listens on now, for as long as its process lives. `taken`: promised to somebody who may not listen yet. */
export async function freePort(taken: ReadonlySet<number> = new Set()): Promise<number> {
  return choose({ from: SPLIT, below: await firstEphemeral() }, async (port) => !taken.has(port))
}

/** A free port that no other sandbox of this user is given while `owner`, a folder, exists. */
export async function keptPort(owner: string, taken: ReadonlySet<number> = new Set()): Promise<number> {
  await mkdir(claims(), { recursive: true, mode: 0o700 })
  const below = Math.min(SPLIT, await firstEphemeral())
  return choose({ from: LOWEST, below }, async (port) => !taken.has(port) && !(await isKept(port)) && (await claim(port, owner)))
}

/** One file for each port that is kept, with the folder of the sandbox that it is kept for. */
const claims = (): string => join(cacheRoot(), 'ports')
const claimOf = (port: number): string => join(claims(), String(port))

const claim = (port: number, owner: string): Promise<boolean> =>
  writeFile(claimOf(port), owner, { flag: 'wx', mode: 0o600 }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false
      throw error
    },
  )

/** True while the sandbox that the port is kept for exists, running or not. */
export async function isKept(port: number): Promise<boolean> {
  const owner = await readFile(claimOf(port), 'utf8').catch(() => undefined)
  if (owner === undefined) return false
  const lives = await stat(owner).then(
    () => true,
    () => false,
  )
  if (!lives) await rm(claimOf(port), { force: true })
  return lives
}

async function choose({ from, below }: Range, isOurs: (port: number) => Promise<boolean>): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = below - from < FEWEST ? await listenOn(0) : await listenOn(randomInt(from, below))
    if (port !== undefined && (await isOurs(port))) return port
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
