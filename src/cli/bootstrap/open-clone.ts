// The repository of a cluster file: reached with the file's credentials, cloned into a folder of our own, or a clone that a person names.
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { type Access, ASKPASS, asFile, askpassPath, gitAccess, type Reach, withCredentials } from '../../actions/git-credentials.ts'
import { prepareClone } from '../../adapters/git-clone.ts'
import type { ClusterFile } from '../../cluster-file/schema.ts'
import { OpsError, usageError } from '../../errors.ts'
import { sameRepository } from '../../flux/git-urls.ts'
import type { Context } from '../../ports/context.ts'
import type { Algorithm } from '../../ssh/generate.ts'
import { pinnedHosts } from './known-hosts.ts'
import { type ForgePlace, forgePlaceOf, httpsAddress, tokenAccess } from './on-forge.ts'

export interface OpenClone {
  readonly repo: string
  readonly remote: string
  /** It is a person's. */
  readonly named: boolean
  readonly access: Reach | null
  readonly forFlux: ForFlux | null
  readonly forge: (ForgePlace & { readonly absent: boolean }) | null
  readonly knownHosts: readonly string[]
}

type ForFlux = Access | { readonly how: 'generate'; readonly algorithm: Algorithm }

export interface Opening {
  /** Of the runs. */
  readonly runs: string
  /** A clone of the person's own; undefined: one of ours. */
  readonly clone: string | undefined
}

type World = Pick<Context, 'exec' | 'files' | 'env' | 'git' | 'forge'>

/** One for each cluster and branch, so that the next run has little to fetch. `runs`: the folder of the runs. */
export function cloneFolder(runs: string, { cluster, git }: Pick<ClusterFile, 'cluster' | 'git'>): string {
  const name = createHash('sha256').update([git.url, git.branch, cluster.context].join('\n')).digest('hex')
  return join(dirname(runs), 'clones', name.slice(0, 16))
}

function fluxAccess(file: ClusterFile, knownHostsFile: string): ForFlux | null {
  const algorithm = file.git.auth?.ssh?.generate
  return algorithm === undefined ? accessOf(file, knownHostsFile) : { how: 'generate', algorithm }
}

/** A key that the run makes lets nobody in yet: until it is registered, and for the push, the repository is reached with the person's own. */
function ownAccess(file: ClusterFile, knownHostsFile: string): Reach | null {
  const place = forgePlaceOf(file)
  if (place !== undefined) return tokenAccess(file, place)
  return file.git.auth?.ssh?.generate === undefined ? accessOf(file, knownHostsFile) : { how: 'own', knownHostsFile }
}

function accessOf(file: ClusterFile, knownHostsFile: string): Access | null {
  const { git } = file
  const { ssh, token } = git.auth ?? {}
  if (ssh?.privateKeyFile !== undefined)
    return { how: 'ssh', keyFile: ssh.privateKeyFile, passphraseEnv: ssh.passphraseEnv ?? null, knownHostsFile }
  const place = forgePlaceOf(file)
  if (place !== undefined) return tokenAccess(file, place)
  if (token === undefined) return null
  const { username, bearer, env = null, file: tokenFile = null, caFile = null } = token
  return { how: 'token', origin: new URL(git.url ?? '').origin, username, bearer, env, file: tokenFile, caFile }
}

const authorOf = ({ git, metadata }: ClusterFile) => ({
  name: git.author.name,
  // Reserved for what is no address (RFC 2606): nobody is written to by mistake.
  email: git.author.email ?? `flux-ops@${metadata.name}.invalid`,
})

/** No run has begun: credentials that are refused are wrong input. */
function notLetIn(error: unknown, access: Reach | null): unknown {
  const told = withCredentials(error, access)
  if (!(told instanceof OpsError) || told.code !== 'git-auth') return told
  const { code, message, hints } = told
  return new OpsError({ code, message, hints: [...hints, 'nothing was changed'], exit: 'usage', cause: told })
}

/** Whoever lets a key be made has to get in by another one. */
function letIn(error: unknown, url: string): unknown {
  if (!(error instanceof OpsError) || error.code !== 'git-auth') return error
  const { code, message, exit } = error
  const hints = [
    'the key that is made (git.auth.ssh.generate) is for Flux; you reach the repository with your own: ssh-add -l, ~/.ssh/config',
    `ssh -T ${new URL(url).username || 'git'}@${new URL(url).hostname}`,
  ]
  return new OpsError({ code, message, hints, exit, cause: error })
}

/** Throws OpsError `forge-auth`, `forge-unreachable`, and those of a token. */
async function isThere(world: World, place: ForgePlace, access: Reach | null, dir: string): Promise<boolean> {
  const { forge } = await asFile(world, { access })
  return forge.exists({ ...place, dir })
}

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

/** Throws what git says of the remote (`git-auth` is wrong input), `git-unpushed` and `git-branch-missing` (refused), `clone-other` (usage), and those of pinnedHosts and gitAccess. */
export async function openClone(world: World, file: ClusterFile, { runs, clone }: Opening): Promise<OpenClone> {
  const own = cloneFolder(runs, file)
  const knownHosts = await pinnedHosts(world, file)
  const knownHostsFile = `${own}.known_hosts`
  const access = ownAccess(file, knownHostsFile)
  await world.files.makeDir(dirname(own))
  if (knownHosts.length > 0) await world.files.writeText(knownHostsFile, `${knownHosts.join('\n')}\n`)
  if (access?.how === 'ssh' && access.passphraseEnv !== null)
    await world.files.writeText(askpassPath(knownHostsFile), ASKPASS, { mode: 0o700 })
  const credentials = await gitAccess(world, access)
  const place = forgePlaceOf(file)
  const forge = place === undefined ? null : { ...place, absent: !(await isThere(world, place, access, own)) }
  const { url = '', branch } = file.git
  const found = { access, forFlux: fluxAccess(file, knownHostsFile), forge, knownHosts }
  if (clone !== undefined) return { ...found, ...(await remoteIn(world, clone, url)), named: true }
  await prepareClone(world.exec, {
    dir: own,
    url: place === undefined ? url : httpsAddress(place),
    branch,
    access: credentials,
    author: authorOf(file),
    absent: forge?.absent === true,
  }).catch((error: unknown) => {
    throw access?.how === 'own' ? letIn(error, url) : notLetIn(error, access)
  })
  return { ...found, repo: own, remote: 'origin', named: false }
}
