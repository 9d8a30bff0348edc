// The repository of a cluster file: reached with the file's credentials, cloned into a folder of our own, or a clone that a person names.
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { type Access, ASKPASS, askpassPath, gitAccess, type Reach } from '../../actions/git-credentials.ts'
import { prepareClone } from '../../adapters/git-clone.ts'
import type { ClusterFile } from '../../cluster-file/schema.ts'
import { usageError } from '../../errors.ts'
import { sameRepository } from '../../flux/git-urls.ts'
import type { Context } from '../../ports/context.ts'
import { pinnedHosts } from './known-hosts.ts'

export interface OpenClone {
  readonly repo: string
  readonly remote: string
  /** It is a person's. */
  readonly named: boolean
  readonly access: Reach | null
  readonly forFlux: Access | null
  readonly knownHosts: readonly string[]
}

export interface Opening {
  /** Of the runs. */
  readonly runs: string
  /** A clone of the person's own; undefined: one of ours. */
  readonly clone: string | undefined
}

type World = Pick<Context, 'exec' | 'files' | 'env' | 'git'>

/** One for each cluster and branch, so that the next run has little to fetch. `runs`: the folder of the runs. */
export function cloneFolder(runs: string, { cluster, git }: Pick<ClusterFile, 'cluster' | 'git'>): string {
  const name = createHash('sha256').update([git.url, git.branch, cluster.context].join('\n')).digest('hex')
  return join(dirname(runs), 'clones', name.slice(0, 16))
}

function accessOf({ git }: ClusterFile, knownHostsFile: string): Access | null {
  const { ssh, token } = git.auth ?? {}
  if (ssh?.privateKeyFile !== undefined)
    return { how: 'ssh', keyFile: ssh.privateKeyFile, passphraseEnv: ssh.passphraseEnv ?? null, knownHostsFile }
  if (token === undefined) return null
  const { username, bearer, env = null, file = null, caFile = null } = token
  return { how: 'token', origin: new URL(git.url ?? '').origin, username, bearer, env, file, caFile }
}

const authorOf = ({ git, metadata }: ClusterFile) => ({
  name: git.author.name,
  // Reserved for what is no address (RFC 2606): nobody is written to by mistake.
  email: git.author.email ?? `flux-ops@${metadata.name}.invalid`,
})

/** Of the person's own clone: the remote that is the repository of the file. Throws OpsError `clone-other` (usage). */
async function remoteIn({ git }: World, clone: string, url: string): Promise<{ repo: string; remote: string }> {
  const repo = await git.root(clone)
  const remotes = await git.remotes(repo)
  const found = remotes.find((one) => one.url === url || sameRepository(one.url, url))
  if (found !== undefined) return { repo, remote: found.name }
  throw usageError(
    'clone-other',
    `${repo} is no clone of ${url}: it has ${remotes.map((one) => one.url).join(', ') || 'no remote'}`,
    `git clone ${url}`,
    'or leave --repo out: then a clone of the tool’s own is used',
  )
}

/** Throws what git says of the remote, `git-unpushed` and `git-branch-missing` (refused), `clone-other` (usage), and those of pinnedHosts and gitAccess. */
export async function openClone(world: World, file: ClusterFile, { runs, clone }: Opening): Promise<OpenClone> {
  const own = cloneFolder(runs, file)
  const knownHosts = await pinnedHosts(world, file)
  const knownHostsFile = `${own}.known_hosts`
  const access = accessOf(file, knownHostsFile)
  await world.files.makeDir(dirname(own))
  if (knownHosts.length > 0) await world.files.writeText(knownHostsFile, `${knownHosts.join('\n')}\n`)
  if (access?.how === 'ssh' && access.passphraseEnv !== null)
    await world.files.writeText(askpassPath(knownHostsFile), ASKPASS, { mode: 0o700 })
  const credentials = await gitAccess(world, access)
  const { url = '', branch } = file.git
  const found = { access, forFlux: access, knownHosts }
  if (clone !== undefined) return { ...found, ...(await remoteIn(world, clone, url)), named: true }
  await prepareClone(world.exec, { dir: own, url, branch, access: credentials, author: authorOf(file) })
  return { ...found, repo: own, remote: 'origin', named: false }
}
