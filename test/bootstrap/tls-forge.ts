// A forge behind TLS, with a certificate of a test's own: what comes is passed on to the real one, by `translate` in another dialect of its API.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface Asked {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Answered {
  readonly status: number
  readonly body: unknown
}

/** Asks the real forge, as whoever has asked. */
export type Real = (method: string, path: string, json?: object) => Promise<Answered>

/** undefined: it is passed on as it is. */
export type Translate = (asked: Asked, real: Real) => Promise<Answered | undefined>

export interface TlsForge {
  /** `127.0.0.1:40443` */
  readonly host: string
  readonly caFile: string
  /** `METHOD /path` of every call of the API, in the order that they came. */
  readonly calls: readonly string[]
  close(): Promise<void>
}

export interface TlsForgeOptions {
  /** `http://127.0.0.1:3000` */
  readonly real: string
  /** Program of the forge: it makes certificates. */
  readonly gitea: string
  /** Of its own. */
  readonly folder: string
  readonly translate?: Translate
  /** Path of a repository on the real forge. */
  readonly repository?: (path: string) => string
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of message) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

function tokenOf({ authorization = '', 'private-token': own }: Readonly<Record<string, string>>): string {
  if (own !== undefined) return own
  const [kind = '', value = ''] = authorization.split(' ')
  return /^basic$/i.test(kind) ? (Buffer.from(value, 'base64').toString().split(':')[1] ?? '') : value
}

const realAs =
  (real: string, token: string): Real =>
  async (method, path, json) => {
    const headers = { authorization: `token ${token}`, 'content-type': 'application/json' }
    const response = await fetch(`${real}/api/v1${path}`, { method, headers, ...(json && { body: JSON.stringify(json) }) })
    const text = await response.text()
    return { status: response.status, body: /^[[{]/.test(text) ? JSON.parse(text) : null }
  }

function passOn(real: string, path: string, message: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const { method = 'GET', headers } = message
  const onward = request(`${real}${path}`, { method, headers: { ...headers, host: new URL(real).host } }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  onward.on('error', () => response.destroy())
  onward.end(body)
}

export async function startTlsForge({ real, gitea, folder, translate, repository = (path) => path }: TlsForgeOptions): Promise<TlsForge> {
  await promisify(execFile)(gitea, ['cert', '--host', '127.0.0.1,localhost', '--ca', '--ecdsa-curve', 'P256', '--duration', '24h'], {
    cwd: folder,
  })
  const [cert, key] = await Promise.all([readFile(join(folder, 'cert.pem')), readFile(join(folder, 'key.pem'))])
  const calls: string[] = []
  const answer = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url: path = '/' } = message
    const headers = message.headers as Record<string, string>
    const body = await bodyOf(message)
    if (path.startsWith('/api/')) calls.push(`${method} ${path}`)
    const said = await translate?.({ method, path, headers, body: body.toString() }, realAs(real, tokenOf(headers)))
    if (said === undefined) return passOn(real, repository(path), message, body, response)
    const text = said.body === null ? '' : JSON.stringify(said.body)
    response.writeHead(said.status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    response.end(text)
  }
  const server = createServer({ cert, key }, (message, response) => {
    answer(message, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, caFile: join(folder, 'cert.pem'), calls, close }
}
