// GitLab through `glab api`, logged in as the person is: https://docs.gitlab.com/api/merge_requests/. Whatever is written goes in by stdin.
import * as z from 'zod'
import type { ForgeRepository, PullRequest } from '../ports/forge.ts'
import type { ForgeOptions, KindForge } from './forge.ts'
import { commitField, numberField, pullRequest, urlField } from './forge-answers.ts'
import { jsonOf, type ToolAnswer, toolFailure } from './forge-cli.ts'
import { tokenFrom } from './forge-token.ts'

const QUIET = { NO_PROMPT: '1', NO_COLOR: '1', GLAB_CHECK_UPDATE: 'false', GLAB_SEND_TELEMETRY: 'false', PAGER: 'cat', GLAB_PAGER: 'cat' }
/** Developer: may push and open merge requests (https://docs.gitlab.com/api/access_requests/). */
const DEVELOPER = 30

/** `locked`: being merged right now. */
const STATES = { opened: 'open', locked: 'open', closed: 'closed', merged: 'merged' } as const
const mergeRequestJson = z.object({
  iid: numberField,
  web_url: urlField,
  state: z.enum(['opened', 'closed', 'locked', 'merged']),
  sha: commitField,
  merge_commit_sha: commitField,
  squash_commit_sha: commitField,
  source_project_id: z.int().nullish(),
  target_project_id: z.int(),
})
type MergeRequestJson = z.infer<typeof mergeRequestJson>

const pullOf = ({ iid, web_url, state, sha, merge_commit_sha, squash_commit_sha }: MergeRequestJson): PullRequest =>
  // A squash that is merged by a merge commit has both: the change is in the squash. Fast-forward has neither.
  pullRequest(iid, web_url, STATES[state], squash_commit_sha ?? merge_commit_sha ?? sha)

const access = z.object({ access_level: z.int() }).nullish()
const projectJson = z.object({ permissions: z.object({ project_access: access, group_access: access }).nullish() })

export function createGitlabForge(options: ForgeOptions): KindForge {
  const { exec } = options
  const hostOf = (repo: ForgeRepository): string => new URL(repo.url).host
  const call = async (
    repo: ForgeRepository,
    what: string,
    path: string,
    write?: { readonly method: 'POST' | 'PUT'; readonly json: object },
  ): Promise<string> => {
    const given = tokenFrom(options)
    const input = write ? ['--method', write.method, '--header', 'Content-Type: application/json', '--input', '-'] : []
    const result: ToolAnswer = await exec.run({
      tool: 'glab',
      args: ['api', '--hostname', hostOf(repo), ...input, `projects/${encodeURIComponent(repo.path)}${path}`],
      effect: write ? 'write' : 'read',
      cwd: repo.dir,
      env: { ...QUIET, ...(given && { GITLAB_TOKEN: given }) },
      allowFailure: true,
      timeoutMs: 60_000,
      ...(write && { stdin: JSON.stringify(write.json) }),
    })
    if (result.exitCode === 0) return result.stdout
    const where = `${hostOf(repo)}/${repo.path}`
    throw toolFailure(result, { what, where, tool: 'glab', login: `glab auth login --hostname ${hostOf(repo)}` })
  }
  const get = async (repo: ForgeRepository, number: number): Promise<PullRequest> =>
    pullOf(jsonOf(mergeRequestJson, await call(repo, `read merge request ${number}`, `/merge_requests/${number}`), 'glab'))
  return {
    mayPush: async (repo) => {
      const { permissions } = jsonOf(projectJson, await call(repo, 'read the project', ''), 'glab')
      const levels = [permissions?.project_access?.access_level, permissions?.group_access?.access_level].filter(
        (each) => each !== undefined,
      )
      // Both null: an administrator, or a member through an invited group.
      return levels.length === 0 ? undefined : Math.max(...levels) >= DEVELOPER
    },
    find: async (repo, { head, base }) => {
      const query = new URLSearchParams({ source_branch: head, target_branch: base, state: 'all', order_by: 'created_at', per_page: '20' })
      const all = jsonOf(z.array(mergeRequestJson), await call(repo, 'list merge requests', `/merge_requests?${query}`), 'glab')
      // A fork may have a branch of the same name: what it proposes is not ours.
      const ours = all.find((each) => each.source_project_id === each.target_project_id)
      return ours && pullOf(ours)
    },
    get,
    open: async (repo, { head, base, title, body }) => {
      const json = { source_branch: head, target_branch: base, title, description: body }
      return pullOf(jsonOf(mergeRequestJson, await call(repo, 'open a merge request', '/merge_requests', { method: 'POST', json }), 'glab'))
    },
    close: async (repo, number) => {
      if ((await get(repo, number)).state !== 'open') return
      const write = { method: 'PUT', json: { state_event: 'close' } } as const
      await call(repo, `close merge request ${number}`, `/merge_requests/${number}`, write)
    },
  }
}
