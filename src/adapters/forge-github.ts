// GitHub through `gh`, logged in as the person is: https://cli.github.com/manual. The body of a pull request goes in by stdin.
import * as z from 'zod'
import { OpsError } from '../errors.ts'
import type { ForgeRepository, PullRequest } from '../ports/forge.ts'
import type { Secret } from '../ports/secret.ts'
import type { ForgeOptions, KindForge } from './forge.ts'
import { commitField, numberField, pullRequest, urlField } from './forge-answers.ts'
import { jsonOf, type ToolAnswer, toolFailure } from './forge-cli.ts'
import { tokenFrom } from './forge-token.ts'

const QUIET = { GH_PROMPT_DISABLED: '1', GH_NO_UPDATE_NOTIFIER: '1', GH_PAGER: 'cat', NO_COLOR: '1', CLICOLOR_FORCE: '0', GH_FORCE_TTY: '' }
const FIELDS = 'number,url,state,mergeCommit,isCrossRepository'
const MAY_PUSH = new Set(['ADMIN', 'MAINTAIN', 'WRITE'])

const hostOf = (repo: ForgeRepository): string => new URL(repo.url).host
const nameOf = (repo: ForgeRepository): string => `${hostOf(repo)}/${repo.path}`

const STATES = { OPEN: 'open', CLOSED: 'closed', MERGED: 'merged' } as const
const pullJson = z.object({
  number: numberField,
  url: urlField,
  state: z.enum(['OPEN', 'CLOSED', 'MERGED']),
  mergeCommit: z.object({ oid: commitField }).nullish(),
  isCrossRepository: z.boolean(),
})
const repositoryJson = z.object({ viewerPermission: z.string().nullish() })

const pullOf = ({ number, url, state, mergeCommit }: z.infer<typeof pullJson>): PullRequest =>
  pullRequest(number, url, STATES[state], mergeCommit?.oid)

export function createGithubForge(options: ForgeOptions): KindForge {
  /** gh takes the one for github.com, the other for a server of one's own. */
  const token = (repo: ForgeRepository): Record<string, Secret> => {
    const given = tokenFrom(options)
    return given === undefined ? {} : { [hostOf(repo) === 'github.com' ? 'GH_TOKEN' : 'GH_ENTERPRISE_TOKEN']: given }
  }
  const gh = (repo: ForgeRepository, effect: 'read' | 'write', args: readonly string[], stdin?: string): Promise<ToolAnswer> =>
    options.exec.run({
      tool: 'gh',
      args,
      effect,
      cwd: repo.dir,
      env: { ...QUIET, ...token(repo) },
      allowFailure: true,
      timeoutMs: 60_000,
      ...(stdin === undefined ? {} : { stdin }),
    })
  const must = async (repo: ForgeRepository, what: string, answer: Promise<ToolAnswer>): Promise<string> => {
    const result = await answer
    if (result.exitCode === 0) return result.stdout
    throw toolFailure(result, { what, where: nameOf(repo), tool: 'gh', login: `gh auth login --hostname ${hostOf(repo)}` })
  }
  const list = async (repo: ForgeRepository, head: string, base: string): Promise<PullRequest | undefined> => {
    const args = ['pr', 'list', '--repo', nameOf(repo), '--head', head, '--base', base, '--state', 'all', '--limit', '20', '--json', FIELDS]
    const all = jsonOf(z.array(pullJson), await must(repo, 'list pull requests', gh(repo, 'read', args)), 'gh')
    // A fork may have a branch of the same name: what it proposes is not ours.
    const ours = all.find((each) => !each.isCrossRepository)
    return ours && pullOf(ours)
  }
  const view = async (repo: ForgeRepository, number: number): Promise<PullRequest> => {
    const args = ['pr', 'view', String(number), '--repo', nameOf(repo), '--json', FIELDS]
    return pullOf(jsonOf(pullJson, await must(repo, `read pull request ${number}`, gh(repo, 'read', args)), 'gh'))
  }
  return {
    mayPush: async (repo) => {
      const args = ['repo', 'view', nameOf(repo), '--json', 'viewerPermission']
      const { viewerPermission } = jsonOf(repositoryJson, await must(repo, 'read the repository', gh(repo, 'read', args)), 'gh')
      return viewerPermission ? MAY_PUSH.has(viewerPermission) : undefined
    },
    find: (repo, { head, base }) => list(repo, head, base),
    get: view,
    open: async (repo, { head, base, title, body }) => {
      const args = ['pr', 'create', '--repo', nameOf(repo), '--head', head, '--base', base, '--title', title, '--body-file', '-']
      await must(repo, 'open a pull request', gh(repo, 'write', args, body))
      const opened = await list(repo, head, base)
      if (opened) return opened
      throw new OpsError({
        code: 'forge-failed',
        message: `gh opened a pull request on ${nameOf(repo)} and does not list it`,
        hints: ['flux-ops runs resume'],
      })
    },
    close: async (repo, number) => {
      if ((await view(repo, number)).state !== 'open') return
      await must(repo, `close pull request ${number}`, gh(repo, 'write', ['pr', 'close', String(number), '--repo', nameOf(repo)]))
    },
  }
}
