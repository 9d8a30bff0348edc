// Gitea and Forgejo by their REST API, v1: https://docs.gitea.com/api/ (Forgejo keeps to it).
import * as z from 'zod'
import { OpsError } from '../errors.ts'
import type { Branches, ForgeRepository, PullRequest } from '../ports/forge.ts'
import type { ForgeOptions, KindForge } from './forge.ts'
import { commitField, flagField, numberField, pullRequest, shaped, urlField } from './forge-answers.ts'
import { type Answer, askForge } from './forge-http.ts'
import { authorization, TOKEN } from './forge-token.ts'

/** What answers at `/api/v1/version`; undefined when nothing that looks like it does. */
export async function giteaVersion(
  url: string,
  { signal, given }: Pick<ForgeOptions, 'signal' | 'given'> = {},
): Promise<string | undefined> {
  const asking = { headers: { accept: 'application/json' }, signal, caFile: given?.caFile }
  const { status, body } = await askForge(`${url}/api/v1/version`, asking)
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

const end = z.object({ label: z.string(), repo_id: z.int() })
const pullJson = z.object({
  number: numberField,
  html_url: urlField,
  state: z.enum(['open', 'closed']),
  merged: z.boolean(),
  merge_commit_sha: commitField,
  head: end,
  base: end,
})
type PullJson = z.infer<typeof pullJson>
const repositoryJson = z.object({ permissions: z.object({ push: flagField }).optional() })

const pullOf = ({ number, html_url, state, merged, merge_commit_sha }: PullJson): PullRequest =>
  pullRequest(number, html_url, merged ? 'merged' : state, merge_commit_sha)

/** By the branches' names as they were: the answer's own `ref` is another one once the branch is deleted. A fork's is not ours. */
const isBetween =
  ({ head, base }: Branches) =>
  (pull: PullJson): boolean =>
    pull.head.label === head && pull.base.label === base && pull.head.repo_id === pull.base.repo_id

const NEWEST = 50

export function createGiteaForge(options: ForgeOptions): KindForge {
  const call = async (repo: ForgeRepository, method: string, path: string, json?: object): Promise<Answer> => {
    const header = await authorization(options, repo)
    const headers = { accept: 'application/json', authorization: header.reveal() }
    const [owner = '', name = ''] = repo.path.split('/').slice(-2).map(encodeURIComponent)
    const url = `${repo.url}/api/v1/repos/${owner}/${name}${path}`
    return askForge(url, { method, headers, json, signal: options.signal, caFile: options.given?.caFile })
  }
  const must = async <T>(schema: z.ZodType<T>, what: string, ...args: Parameters<typeof call>): Promise<T> => {
    const answer = await call(...args)
    if (answer.status >= 200 && answer.status < 300) return shaped(schema, answer.body, args[0].url)
    throw failure(answer, what, args[0])
  }
  return {
    mayPush: async (repo) => (await must(repositoryJson, 'read the repository', repo, 'GET', '')).permissions?.push,
    find: async (repo, branches) => {
      const [base, head] = [branches.base, branches.head].map(encodeURIComponent)
      const exact = await call(repo, 'GET', `/pulls/${base}/${head}`)
      const one = exact.status === 200 ? pullJson.safeParse(exact.body).data : undefined
      if (one && isBetween(branches)(one)) return pullOf(one)
      // No such pull request, or a forge too old to be asked like that.
      const list = await must(z.array(z.unknown()), 'list pull requests', repo, 'GET', `/pulls?state=all&limit=${NEWEST}`)
      // One of others that the forge itself cannot tell of is null there.
      const found = list.flatMap((each) => pullJson.safeParse(each).data ?? []).find(isBetween(branches))
      return found && pullOf(found)
    },
    get: async (repo, number) => pullOf(await must(pullJson, `read pull request ${number}`, repo, 'GET', `/pulls/${number}`)),
    open: async (repo, draft) => pullOf(await must(pullJson, 'open a pull request', repo, 'POST', '/pulls', draft)),
    close: async (repo, number) => {
      await must(pullJson, `close pull request ${number}`, repo, 'PATCH', `/pulls/${number}`, { state: 'closed' })
    },
  }
}
