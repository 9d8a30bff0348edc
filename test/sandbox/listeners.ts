// Which addresses processes listen on, from /proc: a socket's inode in /proc/<pid>/fd and its address in /proc/net/tcp.
import { readdir, readFile, readlink } from 'node:fs/promises'

export interface Listener {
  readonly address: string
  readonly port: number
}

export async function listeners(pids: readonly number[]): Promise<Listener[]> {
  const inodes = new Set((await Promise.all(pids.map(socketsOf))).flat())
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8')))
  return tables.flatMap((table) => table.trim().split('\n').slice(1)).flatMap((line) => listener(line, inodes))
}

async function socketsOf(pid: number): Promise<string[]> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => [])
  const links = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')))
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? [])
}

function listener(line: string, inodes: ReadonlySet<string>): Listener[] {
  const fields = line.trim().split(/\s+/)
  const [local = '', state, inode = ''] = [fields[1], fields[3], fields[9]]
  if (state !== '0A' || !inodes.has(inode)) return []
  const [hex = '', port = ''] = local.split(':')
  return [{ address: hex.length === 8 ? ipv4(hex) : hex, port: Number.parseInt(port, 16) }]
}

const ipv4 = (hex: string): string => [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join('.')
