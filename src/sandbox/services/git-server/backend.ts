// One request handed to `git http-backend` by the CGI protocol: argv and environment, no shell.
import { type ChildProcess, spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { PROCESS_MARK } from '../../process-identity.ts'
import type { PushFault } from './faults.ts'

export interface BackendOptions {
  /** Absolute folder that holds the bare repositories. */
  readonly root: string
  readonly user: string
  readonly push: PushFault | null
}

export interface CgiHead {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Offset of the body in the buffer. */
  readonly bodyAt: number
}

const BLANK_LINE = /\r?\n\r?\n/

/** Reads a CGI answer's head; undefined while its blank line has not come yet. */
export function parseCgiHead(buffer: Buffer): CgiHead | undefined {
  const text = buffer.toString('latin1')
  const end = BLANK_LINE.exec(text)
  if (end === null) return undefined
  const headers: Record<string, string> = {}
  let status = 200
  for (const line of text.slice(0, end.index).split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon < 1) continue
    const name = line.slice(0, colon).trim()
    const value = line.slice(colon + 1).trim()
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10) || 500
    else headers[name] = value
  }
  return { status, headers, bodyAt: end.index + end[0].length }
}

function environment(request: IncomingMessage, url: URL, options: BackendOptions): NodeJS.ProcessEnv {
  const header = (name: string): string => String(request.headers[name] ?? '')
  return {
    PATH: process.env.PATH,
    HOME: options.root,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_PROJECT_ROOT: options.root,
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_PROTOCOL: header('git-protocol'),
    REQUEST_METHOD: request.method ?? 'GET',
    PATH_INFO: decodeURIComponent(url.pathname),
    QUERY_STRING: url.search.slice(1),
    CONTENT_TYPE: header('content-type'),
    ...(request.headers['content-length'] === undefined ? {} : { CONTENT_LENGTH: header('content-length') }),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    REMOTE_USER: options.user,
    REMOTE_ADDR: '127.0.0.1',
    SANDBOX_PUSH_FAULT: options.push ?? '',
    // So that `down` finds it when this server is killed in the middle of a request.
    ...(process.env[PROCESS_MARK] === undefined ? {} : { [PROCESS_MARK]: process.env[PROCESS_MARK] }),
  }
}

/** Half of the body, then the connection is gone: what a broken line looks like to both ends. */
function cutInTheMiddle(request: IncomingMessage, child: ChildProcess): void {
  request.once('data', (chunk: Buffer) => {
    child.stdin?.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => {
      request.socket.destroy()
      endGroup(child)
    })
  })
}

/** git and all that it has started: where a body ends before its time, git-http-backend reads on for ever and takes a whole processor. */
function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

function relayAnswer(child: ChildProcess, response: ServerResponse): void {
  let head: Buffer | undefined = Buffer.alloc(0)
  child.stdout?.on('data', (chunk: Buffer) => {
    if (head === undefined) {
      response.write(chunk)
      return
    }
    head = Buffer.concat([head, chunk])
    const parsed = parseCgiHead(head)
    if (parsed === undefined) return
    response.writeHead(parsed.status, parsed.headers)
    if (head.length > parsed.bodyAt) response.write(head.subarray(parsed.bodyAt))
    head = undefined
  })
  child.stdout?.on('end', () => {
    if (head !== undefined && !response.headersSent) response.writeHead(500)
    response.end()
  })
}

/** Answers `request` from the repositories below `root`; resolves when the backend has ended. */
export function serveFromBackend(request: IncomingMessage, response: ServerResponse, url: URL, options: BackendOptions): Promise<void> {
  const child = spawn('git', ['http-backend'], { env: environment(request, url, options), stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  // Not inherited: a part of git that outlives a cut must not hold on to our own stderr.
  child.stderr.pipe(process.stderr, { end: false })
  const broken = (): void => {
    if (!request.complete) endGroup(child)
  }
  if (request.destroyed) broken()
  else request.on('close', broken)
  child.stdin.on('error', () => {}) // the backend may close its input early: its answer says why
  const isPack = request.method === 'POST' && url.pathname.endsWith('/git-receive-pack')
  if (isPack && options.push === 'cut') cutInTheMiddle(request, child)
  else request.pipe(child.stdin)
  if (isPack && options.push === 'cut-after') child.stdout.resume().on('end', () => request.socket.destroy())
  else relayAnswer(child, response)
  return new Promise((resolve) => {
    child.on('error', () => {
      if (!response.headersSent) response.writeHead(500)
      response.end('git could not be started\n')
      resolve()
    })
    child.on('close', () => resolve())
  })
}
