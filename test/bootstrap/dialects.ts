// The few calls of GitHub Enterprise and GitLab that a bootstrap makes, told by a real Gitea: repository, deploy keys, teams and git stay real.
import type { Answered, Asked, Real, Translate } from './tls-forge.ts'

interface Repository {
  readonly id: number
  readonly name: string
  readonly full_name: string
  readonly private: boolean
  readonly default_branch: string
}

const missing: Answered = { status: 404, body: { message: 'Not Found' } }

const pathOf = ({ path }: Asked): string => new URL(path, 'https://forge').pathname

const jsonOf = ({ body }: Asked): Record<string, unknown> => (body === '' ? {} : (JSON.parse(body) as Record<string, unknown>))

/** `GET /api/v3/…` as https://docs.github.com/rest has it. */
export const asGithub: Translate = async (asked, real) => {
  const path = pathOf(asked)
  if (!path.startsWith('/api/')) return undefined
  const own = path.replace(/^\/api\/v3/, '')
  const team = /^\/orgs\/([^/]+)\/teams\/([^/]+)\/repos\/([^/]+)\/([^/]+)$/.exec(own)
  if (team !== null) return teamOfGithub(asked.method, team, real)
  if (!/^\/(repos\/[^/]+\/[^/]+(\/keys(\/\d+)?)?|orgs\/[^/]+(\/repos)?|user(\/repos)?)$/.test(own)) return missing
  const { status, body } = await real(asked.method, own, asked.method === 'POST' ? jsonOf(asked) : undefined)
  return { status, body: isRepository(body) ? { ...body, visibility: body.private ? 'private' : 'public' } : body }
}

const isRepository = (body: unknown): body is Repository => typeof (body as Repository | null)?.full_name === 'string'

async function teamOfGithub(method: string, [, , team, owner, name]: readonly string[], real: Real): Promise<Answered> {
  const { status } = await real(method, `/repos/${owner}/${name}/teams/${team}`)
  if (method !== 'GET' || status !== 200) return { status, body: status === 404 ? missing.body : null }
  return { status, body: { name, permissions: { admin: false, maintain: true, push: true, triage: true, pull: true } } }
}

/** A group in a group, as the forge below has none. */
export const flat = (group: string): string => group.replaceAll('/', '-')

/** `/platform/clusters/fleet.git/…` → `/platform-clusters/fleet.git/…` */
export const flatPath = (path: string): string =>
  path.replace(/^\/(.+)\/([^/]+\.git)(?=[/?]|$)/, (_all, group: string, name: string) => `/${flat(group)}/${name}`)

/** `GET /api/v4/…` as https://docs.gitlab.com/api has it. `teams`: groups that a repository is shared with, and nothing else of them. */
export function asGitlab(teams: readonly string[]): Translate {
  const groups = new Map<number, string>()
  const shared = new Map<string, { group_id: number; group_name: string; group_access_level: number }[]>()
  const group = async (name: string, real: Real): Promise<Answered> => {
    const team = teams.indexOf(name)
    if (team !== -1) return { status: 200, body: { id: 9000 + team, name, path: name, full_path: name } }
    const { status, body } = await real('GET', `/orgs/${flat(name)}`)
    if (status !== 200) return missing
    const { id } = body as { id: number }
    groups.set(id, flat(name))
    return { status, body: { id, name: name.split('/').at(-1), path: name.split('/').at(-1), full_path: name } }
  }
  const project = ({ status, body }: Answered): Answered => {
    if (!isRepository(body)) return { status, body: status === 404 ? { message: '404 Project Not Found' } : body }
    const { id, name, full_name, default_branch } = body
    const visibility = body.private ? 'private' : 'public'
    const shares = shared.get(full_name) ?? []
    return {
      status,
      body: { id, name, path: name, path_with_namespace: full_name, visibility, default_branch, shared_with_groups: shares },
    }
  }
  return async (asked, real) => {
    if (!asked.path.startsWith('/api/')) return undefined
    const [, kind = '', id = '', part = ''] = /^\/api\/v4\/([^/?]+)(?:\/([^/?]+))?(?:\/([^?]+))?/.exec(asked.path) ?? []
    const name = decodeURIComponent(id)
    if (kind === 'groups' && part === '') return group(name, real)
    if (kind !== 'projects') return missing
    if (id === '' && asked.method === 'POST') {
      const { name: own, visibility, namespace_id } = jsonOf(asked)
      return project(await real('POST', `/orgs/${groups.get(Number(namespace_id))}/repos`, { name: own, private: visibility !== 'public' }))
    }
    const cut = name.lastIndexOf('/')
    const path = `${flat(name.slice(0, cut))}/${name.slice(cut + 1)}`
    if (part === '' && asked.method === 'GET') return project(await real('GET', `/repos/${path}`))
    if (part === 'share') {
      const { group_id, group_access } = jsonOf(asked)
      const one = { group_id: Number(group_id), group_name: teams[Number(group_id) - 9000] ?? '', group_access_level: Number(group_access) }
      shared.set(path, [...(shared.get(path) ?? []), one])
      return { status: 201, body: one }
    }
    return missing
  }
}
