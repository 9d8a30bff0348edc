// A real forge (Gitea) on a loopback port, with one administrator and one user. Their tokens are the only credentials that anybody needs.
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { OpsError } from '../../../errors.ts'
import { readIfExists, writeFileAtomic } from '../../atomic-file.ts'
import type { SandboxContext } from '../../contract.ts'
import { giteaFolder } from '../../toolchain/index.ts'
import { keptSecret, randomPassword } from '../kept-secret.ts'
import { forgeConfig } from './config.ts'

export const FORGE_ADMIN = 'sandbox-admin'
const USER = 'sandbox'

export const forgeUrl = async (ctx: SandboxContext): Promise<string> => `http://127.0.0.1:${await ctx.port('forge')}`
export const forgeRepositories = (ctx: Pick<SandboxContext, 'paths'>): string => join(ctx.paths.forge, 'repositories')

/** The user's stands where git's password stands in a sandbox without a forge. */
const tokenFile = (ctx: SandboxContext, user: string): string =>
  join(ctx.paths.secrets, user === FORGE_ADMIN ? 'forge-admin-token' : 'git-password')

export async function forgeToken(ctx: SandboxContext, user: string): Promise<string> {
  const token = await readIfExists(tokenFile(ctx, user))
  if (token) return token
  throw new OpsError({
    code: 'sandbox-forge',
    message: `the forge of this sandbox has no token for ${user} yet`,
    hints: ['flux-ops sandbox up'],
  })
}

const binary = (ctx: SandboxContext): string => ctx.tools.gitea ?? 'gitea'
const configFile = (ctx: SandboxContext): string => join(ctx.paths.secrets, 'forge.ini')

async function writeConfig(ctx: SandboxContext): Promise<void> {
  const secret = (name: string, kind: string) =>
    keptSecret(join(ctx.paths.secrets, name), async () => (await ctx.run(binary(ctx), ['generate', 'secret', kind])).stdout.trim())
  const text = forgeConfig({
    port: await ctx.port('forge'),
    sshPort: await ctx.port('forge-ssh'),
    dir: ctx.paths.forge,
    repositories: forgeRepositories(ctx),
    statics: await giteaFolder(),
    user: userInfo().username,
    root: userInfo().uid === 0,
    secretKey: await keptSecret(join(ctx.paths.secrets, 'forge-secret-key'), randomPassword),
    internalToken: await secret('forge-internal-token', 'INTERNAL_TOKEN'),
    jwtSecret: await secret('forge-jwt-secret', 'JWT_SECRET'),
  })
  await writeFileAtomic(configFile(ctx), text)
}

const admin = (ctx: SandboxContext, args: readonly string[], allowFailure = false) =>
  ctx.run(binary(ctx), ['--config', configFile(ctx), '--work-path', ctx.paths.forge, 'admin', 'user', ...args], { allowFailure })

/** The password is random and forgotten: the token is what is used. */
async function ensureUser(ctx: SandboxContext, user: string): Promise<void> {
  if (await readIfExists(tokenFile(ctx, user))) return
  const email = ['--email', `${user}@sandbox.invalid`]
  const rights = user === FORGE_ADMIN ? ['--admin'] : []
  const made = await admin(
    ctx,
    ['create', '--username', user, ...email, ...rights, '--random-password', '--must-change-password=false'],
    true,
  )
  if (made.exitCode !== 0 && !/already exists/.test(`${made.stdout}${made.stderr}`))
    throw new OpsError({
      code: 'sandbox-forge',
      message: `the forge made no user ${user}: ${made.stderr.trim()}`,
      hints: [`look at ${ctx.paths.logs}/forge.log`],
    })
  const name = `sandbox-${randomBytes(4).toString('hex')}`
  const { stdout } = await admin(ctx, ['generate-access-token', '--username', user, '--token-name', name, '--scopes', 'all', '--raw'])
  await writeFileAtomic(tokenFile(ctx, user), stdout.trim().split('\n').at(-1) ?? '')
}

/**
 * As root the forge begins whatever it prints with a warning, on stdout, where git over SSH expects git. It starts itself for each connection by the name
 * that it was started by: this one, which takes the warning away.
 */
async function program(ctx: SandboxContext): Promise<string> {
  if (userInfo().uid !== 0) return binary(ctx)
  const wrapper = join(ctx.paths.forge, 'forge-program')
  const text = [
    '#!/bin/bash',
    `gitea='${binary(ctx).replaceAll("'", `'\\''`)}'`,
    'case " $* " in',
    '  *" serv "*) "$gitea" "$@" | { IFS= read -r warning; exec cat; } ;;',
    '  *) exec -a "$0" "$gitea" "$@" ;;',
    'esac',
    '',
  ].join('\n')
  await mkdir(ctx.paths.forge, { recursive: true, mode: 0o700 })
  await writeFile(wrapper, text, { mode: 0o700 })
  return wrapper
}

/** Starts the forge, unless it lives, and makes its users the first time. */
export async function startForge(ctx: SandboxContext): Promise<void> {
  const url = await forgeUrl(ctx)
  await mkdir(forgeRepositories(ctx), { recursive: true, mode: 0o700 })
  await writeConfig(ctx)
  await ctx.start({
    name: 'forge',
    argv: [await program(ctx), 'web', '--config', configFile(ctx), '--work-path', ctx.paths.forge],
    env: { USER: userInfo().username },
    ready: async () => (await fetch(`${url}/api/healthz`, { signal: AbortSignal.timeout(2_000) })).ok,
    readyWithinMs: 60_000,
  })
  await ensureUser(ctx, USER)
  await ensureUser(ctx, FORGE_ADMIN)
}
