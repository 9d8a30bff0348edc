// The one kubelet endpoint that people use: logs. The API server asks here when somebody types `kubectl logs`.
import { open, readFile, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SandboxPaths } from '../contract.ts'
import { podLog, previousPodLog } from './node.ts'

export interface KubeletOptions {
  readonly port: number
  readonly cert: string
  readonly key: string
  readonly paths: SandboxPaths
}

const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/

export function serveKubelet({ port, cert, key, paths }: KubeletOptions): Promise<Server> {
  const server = createServer({ cert, key }, (incoming, outgoing) => {
    answer(paths, incoming, outgoing).catch(() => outgoing.destroy())
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

async function answer(paths: SandboxPaths, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const url = new URL(incoming.url ?? '/', 'https://node')
  const [, endpoint, , pod = ''] = url.pathname.split('/')
  if (endpoint !== 'containerLogs' || !NAME.test(pod)) {
    outgoing.writeHead(404).end('this node has logs only\n')
    return
  }
  const file = url.searchParams.get('previous') === 'true' ? previousPodLog(paths, pod) : podLog(paths, pod)
  outgoing.writeHead(200, { 'content-type': 'text/plain' })
  const bytes = await readFile(file).catch(() => Buffer.alloc(0))
  outgoing.write(tail(bytes.toString(), url.searchParams.get('tailLines')))
  if (url.searchParams.get('follow') === 'true') await follow(file, bytes.length, outgoing)
  outgoing.end()
}

export function tail(text: string, lines: string | null): string {
  if (lines === null || !/^\d+$/.test(lines)) return text
  const all = text.split('\n')
  const complete = text.endsWith('\n') ? all.slice(0, -1) : all
  const kept = Number(lines) === 0 ? [] : complete.slice(-Number(lines))
  return kept.map((line) => `${line}\n`).join('')
}

/** Until the reader leaves or the file is gone. */
async function follow(path: string, from: number, outgoing: ServerResponse): Promise<void> {
  let position = from
  while (!outgoing.destroyed && !outgoing.writableEnded) {
    const size = await stat(path).then(
      (info) => info.size,
      () => -1,
    )
    if (size < position) return
    if (size > position) {
      outgoing.write(await slice(path, position, size))
      position = size
    }
    await sleep(200)
  }
}

async function slice(path: string, from: number, to: number): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(to - from), 0, to - from, from)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
