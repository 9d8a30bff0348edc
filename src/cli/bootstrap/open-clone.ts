// The repository of a cluster file: reached with the file's credentials, cloned into a folder of our own, or a clone that a person names.
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { type Access, ASKPASS, askpassPath, gitAccess } from '../../actions/git-credentials.ts'
import { prepareClone } from '../../adapters/git-clone.ts'
import type { ClusterFile } from '../../cluster-file/schema.ts'
import type { Context } from '../../ports/context.ts'
import { pinnedHosts } from './known-hosts.ts'

export interface OpenClone {
  readonly repo: string
  readonly access: Access | null
  readonly knownHosts: readonly string[]
}

type World = Pick<Context, 'exec' | 'files' | 'env'>

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

/** Throws what git says of the remote, `git-unpushed` and `git-branch-missing` (refused), and those of pinnedHosts and gitAccess. */
export async function openClone(world: World, file: ClusterFile, runs: string): Promise<OpenClone> {
  const repo = cloneFolder(runs, file)
  const knownHosts = await pinnedHosts(world, file)
  const knownHostsFile = `${repo}.known_hosts`
  const access = accessOf(file, knownHostsFile)
  await world.files.makeDir(dirname(repo))
  if (knownHosts.length > 0) await world.files.writeText(knownHostsFile, `${knownHosts.join('\n')}\n`)
  if (access?.how === 'ssh' && access.passphraseEnv !== null) await world.files.writeText(askpassPath(repo), ASKPASS, { mode: 0o700 })
  const credentials = await gitAccess(world, access, repo)
  await prepareClone(world.exec, {
    dir: repo,
    url: file.git.url ?? '',
    branch: file.git.branch,
    access: credentials,
    author: authorOf(file),
  })
  return { repo, access, knownHosts }
}
