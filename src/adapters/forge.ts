// The Forge port: Gitea and Forgejo by their API, GitHub and GitLab through the CLIs that people are logged in with.
import type { Exec } from '../ports/exec.ts'
import type { Forge, ForgeAccess, ForgeKind } from '../ports/forge.ts'
import type { Redactor } from '../ports/secret.ts'
import { createGiteaForge, giteaVersion } from './forge-gitea.ts'
import { createGithubForge } from './forge-github.ts'
import { createGitlabForge } from './forge-gitlab.ts'
import { createForgeRepositories, type ForgeRepositories } from './forge-repositories.ts'

export interface ForgeOptions {
  readonly exec: Exec
  readonly env: Readonly<Record<string, string | undefined>>
  readonly redactor: Redactor
  readonly signal?: AbortSignal | undefined
  /** Counts for less than a token that was given for flux-ops by name. */
  readonly given?: ForgeAccess | undefined
}

export type KindForge = Omit<Forge, 'detect' | 'as' | keyof ForgeRepositories>

export function createForge(options: ForgeOptions): Forge {
  const forges: Readonly<Record<ForgeKind, KindForge>> = {
    gitea: createGiteaForge(options),
    github: createGithubForge(options),
    gitlab: createGitlabForge(options),
  }
  return {
    ...createForgeRepositories(options),
    as: (given) => {
      options.redactor.register(given.token)
      return createForge({ ...options, given })
    },
    detect: async (url) => ((await giteaVersion(url, options)) === undefined ? undefined : 'gitea'),
    mayPush: (repo) => forges[repo.kind].mayPush(repo),
    find: (repo, branches) => forges[repo.kind].find(repo, branches),
    get: (repo, number) => forges[repo.kind].get(repo, number),
    open: (repo, draft) => forges[repo.kind].open(repo, draft),
    close: (repo, number) => forges[repo.kind].close(repo, number),
  }
}
