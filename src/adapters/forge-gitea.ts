// Gitea and Forgejo by their REST API, v1: https://docs.gitea.com/api/ (Forgejo keeps to it).
import { messageOf, OpsError } from '../errors.ts'
import type { ForgeRepository, PullRequest } from '../ports/forge.ts'
import type { ForgeOptions, KindForge } from './forge.ts'
import { authorization, TOKEN } from './forge-token.ts'

const TIMEOUT_MS = 30_000

interface Answer {
  readonly status: number
  readonly body: unknown
}

const limited = (signal: AbortSignal | undefined): AbortSignal =>
  AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal === undefined ? [] : [signal])])

async function ask(url: string, init: RequestInit, signal: AbortSignal | undefined): Promise<Answer> {
  try {
    const response = await fetch(url, { ...init, signal: limited(signal) })
    const text = await response.text()
    const isJson = (response.headers.get('content-type') ?? '').includes('json')
    return { status: response.status, body: isJson ? JSON.parse(text) : undefined }
  } catch (cause) {
    signal?.throwIfAborted()
    const why = cause instanceof Error && cause.cause !== undefined ? messageOf(cause.cause) : messageOf(cause)
    throw new OpsError({
      code: 'forge-unreachable',
      message: `${new URL(url).origin} does not answer: ${why}`,
      hints: ['its pages are elsewhere:  --forge-url URL', `look:  curl ${new URL(url).origin}/api/v1/version`],
      cause,
    })
  }
}

/** What answers at `/api/v1/version`; undefined when nothing that looks like it does. */
export async function giteaVersion(url: string, signal?: AbortSignal): Promise<string | undefined> {
  const { status, body } = await ask(`${url}/api/v1/version`, { headers: { accept: 'application/json' } }, signal)
  const version = (body as { version?: unknown } | undefined)?.version
  return status === 200 && typeof version === 'string' ? version : undefined
}

const said = (body: unknown): string => String((body as { message?: unknown } | undefined)?.message ?? '').slice(0, 500)

function failure({ status, body }: Answer, what: string, repo: ForgeRepository): OpsError {
  const where = `${repo.url}/${repo.path}`
  const message = `${what} on ${where}: ${said(body) || `HTTP ${status}`}`
  if (status === 401 || status === 403)
    return new OpsError({
      code: 'forge-auth',
      message,
      hints: [
        `export ${TOKEN}=…  with a token that may read and write repositories and issues`,
        `tokens: ${repo.url}/user/settings/applications`,
      ],
    })
  if (status === 404)
    return new OpsError({ code: 'forge-missing', message, hints: ['it does not exist, or the token may not see it', `look: ${where}`] })
  if (status === 409) return new OpsError({ code: 'forge-exists', message, hints: [`look: ${where}/pulls`] })
  return new OpsError({ code: 'forge-failed', message, hints: [`look: ${where}/pulls`] })
}

interface PullJson {
  number: number
  html_url: string
  state: string
  merged: boolean
  merge_commit_sha?: string | null
}

/** One end of a pull request. */
interface End {
  label?: string
  repo_id?: number
}

function pullRequest(body: unknown): PullRequest {
  const { number, html_url: url, state, merged, merge_commit_sha: commit } = body as PullJson
  if (!Number.isInteger(number))
    throw new OpsError({
      code: 'forge-failed',
      message: 'the forge gave no pull request',
      hints: ['--forge gitea is for Gitea and Forgejo'],
    })
  const known = merged && commit ? { commit } : {}
  return { number, url: String(url), state: merged ? 'merged' : state === 'closed' ? 'closed' : 'open', ...known }
}

const NEWEST = 50

export function createGiteaForge(options: ForgeOptions): KindForge {
  const call = async (repo: ForgeRepository, method: string, path: string, json?: object): Promise<Answer> => {
    const header = await authorization(options, repo)
    const headers = { accept: 'application/json', authorization: header.reveal(), ...(json && { 'content-type': 'application/json' }) }
    const [owner = '', name = ''] = repo.path.split('/').slice(-2).map(encodeURIComponent)
    const url = `${repo.url}/api/v1/repos/${owner}/${name}${path}`
    return ask(url, { method, headers, ...(json && { body: JSON.stringify(json) }) }, options.signal)
  }
  const must = async (what: string, ...args: Parameters<typeof call>): Promise<unknown> => {
    const answer = await call(...args)
    if (answer.status >= 200 && answer.status < 300) return answer.body
    throw failure(answer, what, args[0])
  }
  return {
    mayPush: async (repo) =>
      ((await must('read the repository', repo, 'GET', '')) as { permissions?: { push?: boolean } }).permissions?.push,
    find: async (repo, { head, base }) => {
      // By the branches' names as they were: the answer's own `ref` is another one once the branch is deleted. A fork's is not ours.
      const list = await must('list pull requests', repo, 'GET', `/pulls?state=all&limit=${NEWEST}`)
      const found = (list as { head?: End; base?: End }[]).find(
        (each) => each.head?.label === head && each.base?.label === base && each.head.repo_id === each.base.repo_id,
      )
      return found && pullRequest(found)
    },
    get: async (repo, number) => pullRequest(await must(`read pull request ${number}`, repo, 'GET', `/pulls/${number}`)),
    open: async (repo, draft) => pullRequest(await must('open a pull request', repo, 'POST', '/pulls', draft)),
    close: async (repo, number) => {
      await must(`close pull request ${number}`, repo, 'PATCH', `/pulls/${number}`, { state: 'closed' })
    },
  }
}
