// The sandbox's git remote: its address, its credentials, the process that serves it and the configuration that reaches it.
import { dirname, join } from 'node:path'
import { writeFileAtomic } from '../atomic-file.ts'
import type { SandboxContext } from '../contract.ts'
import { forgeRepositories, forgeToken, forgeUrl, startForge } from './forge/service.ts'
import { gitConfig, gitCredentials } from './git-config.ts'
import type { GitServerConfig } from './git-server/config.ts'
import { keptSecret, randomPassword } from './kept-secret.ts'
import { flux2Repository } from './redirect/flux2-repository.ts'

export const GIT_USER = 'sandbox'
/** Name of the repository on the server, without `.git`. */
export const REPOSITORY = 'home-ops'

export interface GitRemote {
  readonly serverUrl: string
  /** Clone URL, without credentials. */
  readonly url: string
  readonly user: string
  readonly password: string
  /** Absolute path of the bare repository behind the URL. */
  readonly bare: string
  /** Where the first commit is pushed to: a forge has to hear of every push. */
  readonly seedUrl: string
}

/** Where the sandbox's repository is served, and as whom. The password is made once and kept in a 0600 file. */
export async function gitRemote(ctx: SandboxContext): Promise<GitRemote> {
  if (ctx.state().forge === true) return forgeRemote(ctx)
  const serverUrl = `http://127.0.0.1:${await ctx.port('git')}`
  const password = await keptSecret(join(ctx.paths.secrets, 'git-password'), randomPassword)
  return {
    serverUrl,
    url: `${serverUrl}/${REPOSITORY}.git`,
    user: GIT_USER,
    password,
    bare: join(ctx.paths.git, `${REPOSITORY}.git`),
    seedUrl: join(ctx.paths.git, `${REPOSITORY}.git`),
  }
}

/** The password is a token of the forge, made when the forge was first started. */
async function forgeRemote(ctx: SandboxContext): Promise<GitRemote> {
  const serverUrl = await forgeUrl(ctx)
  const url = `${serverUrl}/${GIT_USER}/${REPOSITORY}.git`
  const bare = join(forgeRepositories(ctx), GIT_USER, `${REPOSITORY}.git`)
  return { serverUrl, url, user: GIT_USER, password: await forgeToken(ctx, GIT_USER), bare, seedUrl: url }
}

const answers = async (url: string): Promise<boolean> => (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok

/** Writes gitconfig and credentials and starts the server, or the forge in its place, unless it lives. */
export async function startGitServer(ctx: SandboxContext): Promise<void> {
  const onForge = ctx.state().forge === true
  if (onForge) await startForge(ctx)
  const remote = await gitRemote(ctx)
  await writeGitConfig(ctx, remote)
  if (!onForge) await startServer(ctx, remote)
}

async function writeGitConfig(ctx: SandboxContext, remote: GitRemote): Promise<void> {
  const credentialsFile = join(ctx.paths.secrets, 'git-credentials')
  // Any release's folder does: its parent holds them all.
  const flux2 = await flux2Repository(dirname(await ctx.manifestsDir('2.9.2')))
  await writeFileAtomic(credentialsFile, gitCredentials(remote.serverUrl, remote.user, remote.password))
  await writeFileAtomic(ctx.paths.gitconfig, gitConfig({ serverUrl: remote.serverUrl, user: remote.user, credentialsFile, flux2 }))
}

async function startServer(ctx: SandboxContext, remote: GitRemote): Promise<void> {
  const configFile = join(ctx.paths.secrets, 'git-server.json')
  const config: GitServerConfig = {
    port: Number(new URL(remote.serverUrl).port),
    root: ctx.paths.git,
    faultsFile: ctx.paths.faults,
    passwordsFile: join(ctx.paths.secrets, 'git-passwords'),
    user: remote.user,
    password: remote.password,
  }
  await writeFileAtomic(configFile, `${JSON.stringify(config, null, 2)}\n`)
  await ctx.start({
    name: 'git-server',
    argv: [...ctx.entry('git-server'), configFile],
    ready: async () => await answers(`${remote.serverUrl}/healthz`),
    readyWithinMs: 15_000,
  })
}
