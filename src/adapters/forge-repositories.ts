// Repositories and their deploy keys, by the REST API of each kind of forge, with a token alone: a script has no login of gh or glab.
// https://docs.github.com/rest/deploy-keys, https://docs.gitlab.com/api/deploy_keys/, https://docs.gitea.com/api/
import * as z from 'zod'
import { OpsError } from '../errors.ts'
import type { DeployKey, ForgeKind, ForgeRepository, NewDeployKey, NewRepository } from '../ports/forge.ts'
import type { Secret } from '../ports/secret.ts'
import type { ForgeOptions } from './forge.ts'
import { shaped } from './forge-answers.ts'
import { type Answer, askForge } from './forge-http.ts'
import { TOKEN, tokenFrom } from './forge-token.ts'

interface Dialect {
  api(url: string): string
  headers(token: Secret): Record<string, string>
  repository(path: string): string
  /** Where one is made, and with what. `group`: id of the group, where the forge asks for it. */
  making(path: string, how: NewRepository, group: number | undefined): { readonly at: string; readonly json: object }
  readonly keys: string
  key(key: NewDeployKey): object
}

const ownerOf = (path: string): string => path.split('/').slice(0, -1).join('/')
const nameOf = (path: string): string => path.split('/').at(-1) ?? ''
const words = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

const likeGithub = {
  repository: (path: string) => `/repos/${words(path)}`,
  making: (path: string, { personal, visibility }: NewRepository) => ({
    at: personal ? '/user/repos' : `/orgs/${encodeURIComponent(ownerOf(path))}/repos`,
    json: { name: nameOf(path), private: visibility !== 'public' },
  }),
  keys: '/keys',
  key: ({ title, key, readOnly }: NewDeployKey) => ({ title, key, read_only: readOnly }),
}

const DIALECTS: Readonly<Record<ForgeKind, Dialect>> = {
  github: {
    ...likeGithub,
    api: (url) => (new URL(url).host === 'github.com' ? 'https://api.github.com' : `${url}/api/v3`),
    headers: (token) => ({ accept: 'application/vnd.github+json', authorization: `Bearer ${token.reveal()}` }),
  },
  gitea: {
    ...likeGithub,
    api: (url) => `${url}/api/v1`,
    headers: (token) => ({ accept: 'application/json', authorization: `token ${token.reveal()}` }),
    making: (path, how) => {
      const { at, json } = likeGithub.making(path, how)
      return { at, json: { ...json, default_branch: how.branch } }
    },
  },
  gitlab: {
    api: (url) => `${url}/api/v4`,
    headers: (token) => ({ accept: 'application/json', 'private-token': token.reveal() }),
    repository: (path) => `/projects/${encodeURIComponent(path)}`,
    making: (path, { visibility, branch }, group) => ({
      at: '/projects',
      json: {
        name: nameOf(path),
        path: nameOf(path),
        visibility,
        default_branch: branch,
        ...(group !== undefined && { namespace_id: group }),
      },
    }),
    keys: '/deploy_keys',
    key: ({ title, key, readOnly }) => ({ title, key, can_push: !readOnly }),
  },
}

const keyJson = z.object({
  id: z.int().positive(),
  title: z.string().max(1000),
  key: z.string().max(20_000),
  read_only: z.boolean().optional(),
  can_push: z.boolean().optional(),
})

const said = (body: unknown): string => {
  const { message, error } = (body ?? {}) as { message?: unknown; error?: unknown }
  const text = message ?? error ?? ''
  return (typeof text === 'string' ? text : JSON.stringify(text)).slice(0, 500)
}

function failure({ status, body }: Answer, what: string, { url, path }: ForgeRepository): OpsError {
  const message = `${what} on ${url}/${path}: ${said(body) || `HTTP ${status}`}`
  if (status === 401 || status === 403)
    return new OpsError({
      code: 'forge-auth',
      message,
      hints: ['is it a token that may make repositories and deploy keys?', `export ${TOKEN}=…`],
    })
  if (status === 404)
    return new OpsError({
      code: 'forge-missing',
      message,
      hints: ['it does not exist, or the token may not see it', `look: ${url}/${path}`],
    })
  return new OpsError({ code: status === 409 ? 'forge-exists' : 'forge-failed', message, hints: [`look: ${url}/${path}`] })
}

const noToken = (url: string): OpsError =>
  new OpsError({ code: 'forge-token-missing', message: `there is no token for ${url}`, hints: [`export ${TOKEN}=…`], exit: 'usage' })

export interface ForgeRepositories {
  exists(repo: ForgeRepository): Promise<boolean>
  deployKeys(repo: ForgeRepository): Promise<DeployKey[]>
  create(repo: ForgeRepository, how: NewRepository): Promise<void>
  addDeployKey(repo: ForgeRepository, key: NewDeployKey): Promise<void>
  removeDeployKey(repo: ForgeRepository, id: number): Promise<void>
}

const PAGE = 50
const MOST_PAGES = 20

export function createForgeRepositories(options: ForgeOptions): ForgeRepositories {
  const call = (repo: ForgeRepository, path: string, method?: string, json?: object): Promise<Answer> => {
    const token = tokenFrom(options)
    if (token === undefined) throw noToken(repo.url)
    const { api, headers } = DIALECTS[repo.kind]
    return askForge(`${api(repo.url)}${path}`, {
      method,
      headers: headers(token),
      json,
      signal: options.signal,
      caFile: options.given?.caFile,
    })
  }
  const must = async (what: string, ...args: Parameters<typeof call>): Promise<unknown> => {
    const answer = await call(...args)
    if (answer.status >= 200 && answer.status < 300) return answer.body
    throw failure(answer, what, args[0])
  }
  const at = (repo: ForgeRepository): string => DIALECTS[repo.kind].repository(repo.path)
  const groupOf = async (repo: ForgeRepository, { personal }: NewRepository): Promise<number | undefined> => {
    if (repo.kind !== 'gitlab' || personal) return undefined
    const body = await must('find the group', repo, `/groups/${encodeURIComponent(ownerOf(repo.path))}?with_projects=false`)
    return shaped(z.object({ id: z.int() }), body, repo.url).id
  }
  return {
    exists: async (repo) => {
      const answer = await call(repo, at(repo))
      if (answer.status === 404) return false
      if (answer.status >= 200 && answer.status < 300) return true
      throw failure(answer, 'read the repository', repo)
    },
    deployKeys: async (repo) => {
      const keys: DeployKey[] = []
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const path = `${at(repo)}${DIALECTS[repo.kind].keys}?per_page=${PAGE}&limit=${PAGE}&page=${page}`
        const found = shaped(z.array(keyJson), await must('list the deploy keys', repo, path), repo.url)
        keys.push(...found.map(({ id, title, key, read_only, can_push }) => ({ id, title, key, readOnly: read_only ?? can_push !== true })))
        if (found.length < PAGE) break
      }
      return keys
    },
    create: async (repo, how) => {
      const { at: path, json } = DIALECTS[repo.kind].making(repo.path, how, await groupOf(repo, how))
      await must('make the repository', repo, path, 'POST', json)
    },
    addDeployKey: async (repo, key) => {
      const { keys, key: written } = DIALECTS[repo.kind]
      await must('register the deploy key', repo, `${at(repo)}${keys}`, 'POST', written(key))
    },
    removeDeployKey: async (repo, id) => {
      const answer = await call(repo, `${at(repo)}${DIALECTS[repo.kind].keys}/${id}`, 'DELETE')
      if (answer.status !== 404 && answer.status >= 300) throw failure(answer, 'remove the deploy key', repo)
    },
  }
}
