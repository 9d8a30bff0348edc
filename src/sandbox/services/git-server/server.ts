// Git over HTTP for one sandbox: who may enter, which fault is switched on, and the rest is git's own backend.
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { messageOf } from '../../../errors.ts'
import { type Credentials, isAuthorised } from './access.ts'
import { serveFromBackend } from './backend.ts'
import { readGitFaults } from './faults.ts'

export interface GitServerOptions {
  /** Absolute folder that holds the bare repositories. */
  readonly root: string
  readonly credentials: Credentials
  /** Where it is there: passwords that are taken instead, one a line, read for every request. */
  readonly passwordsFile?: string | undefined
  /** Absolute path of the sandbox's faults file; it need not exist. */
  readonly faultsFile: string
}

const isPush = (url: URL): boolean => url.pathname.endsWith('/git-receive-pack') || url.searchParams.get('service') === 'git-receive-pack'

function refuse(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'Content-Type': 'text/plain', ...headers })
  response.end(`${text}\n`)
}

/** The password of the sandbox, or those that a test says: two are taken while one takes the place of the other. */
async function isLetIn(header: string | undefined, { credentials, passwordsFile }: GitServerOptions): Promise<boolean> {
  const text = passwordsFile === undefined ? undefined : await readFile(passwordsFile, 'utf8').catch(() => undefined)
  if (text === undefined) return isAuthorised(header, credentials)
  const passwords = text.split('\n').filter((line) => line !== '')
  return passwords.some((password) => isAuthorised(header, { ...credentials, password }))
}

async function answer(request: IncomingMessage, response: ServerResponse, options: GitServerOptions): Promise<void> {
  if (request.url === '/healthz') return refuse(response, 200, 'ok')
  const faults = await readGitFaults(options.faultsFile)
  const { password } = faults
  const { authorization } = request.headers
  const isIn =
    password === undefined ? await isLetIn(authorization, options) : isAuthorised(authorization, { ...options.credentials, password })
  if (!isIn) {
    return refuse(response, 401, 'who are you', { 'WWW-Authenticate': 'Basic realm="sandbox"' })
  }
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const push = isPush(url) ? faults.push : null
  if (push === 'unauthorised') return refuse(response, 403, 'these credentials may not push')
  if (push === 'slow' && request.method === 'POST') await wait(faults.delayMs)
  await serveFromBackend(request, response, url, { root: options.root, user: options.credentials.user, push })
}

/** Not listening yet. The caller chooses host and port. */
export function createGitServer(options: GitServerOptions): Server {
  return createServer((request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      if (response.headersSent) request.socket.destroy()
      else refuse(response, 500, messageOf(error))
    })
  })
}
