// Where the repository is, by the answers so far: the forge, the host, and the way there.
import { forgePlace, knownForge } from '../../flux/forge-places.ts'
import type { RepositoryFacts } from './facts.ts'
import type { Answers } from './model.ts'

export type Forge = 'github' | 'gitlab' | 'gitea'

const FORGES: readonly string[] = ['github', 'gitlab', 'gitea'] satisfies Forge[]

export const isForge = ({ style }: Answers): boolean => style !== undefined && FORGES.includes(style)

export const PUBLIC_HOST: Readonly<Record<Forge, string>> = { github: 'github.com', gitlab: 'gitlab.com', gitea: 'gitea.com' }

/** An address that Flux takes: git@host:path is one for git alone. undefined for a folder of this machine. */
export function fluxUrl(remote: string): string | undefined {
  if (/^(ssh|https?):\/\//.test(remote)) return remote
  const [, user = 'git@', host, path = ''] = /^([\w.-]+@)?([\w.-]+):(?!\/\/)(.+)$/.exec(remote) ?? []
  return host === undefined ? undefined : `ssh://${user}${host}/${path.replace(/^\/+/, '')}`
}

export const originHost = (repository: RepositoryFacts | undefined): string | undefined =>
  repository?.origin === undefined ? undefined : forgePlace(repository.origin)?.host

/** `acme/fleet` of the remote. */
export const originPath = (repository: RepositoryFacts | undefined): string | undefined =>
  repository?.origin === undefined ? undefined : forgePlace(repository.origin)?.path

export const repositoryUrl = (answers: Answers): string | undefined =>
  isForge(answers) ? `ssh://git@${answers.forgeHost ?? 'localhost'}/${answers.forgeRepository ?? ''}` : answers.url

export const hostOf = (answers: Answers): string | undefined => {
  const url = repositoryUrl(answers)
  return url !== undefined && URL.canParse(url) ? new URL(url).host : undefined
}

/** How Flux reads it; undefined while that is open. */
export function transport(answers: Answers): 'ssh' | 'token' | undefined {
  if (isForge(answers)) return answers.access === undefined ? undefined : answers.access === 'token' ? 'token' : 'ssh'
  return answers.url === undefined ? undefined : answers.url.startsWith('ssh:') ? 'ssh' : 'token'
}

/** The forge that the repository lies on, where that is known. */
export function forgeOf(answers: Answers): Forge | undefined {
  if (isForge(answers)) return answers.style as Forge
  return knownForge((hostOf(answers) ?? '').replace(/:\d+$/, ''))
}
