// From nothing to a repository on the server with its history, and a working clone of it for the person at the keyboard.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { SandboxContext, SeedOptions } from '../../contract.ts'
import { ensureBareRepository } from '../bare-repository.ts'
import { isFolder } from '../cache.ts'
import { ensureForgeRepository } from '../forge/repository.ts'
import { GIT_USER, gitRemote, REPOSITORY } from '../git-service.ts'
import { fillRegistry } from '../registry/fill.ts'
import { registryHost } from '../registry/service.ts'
import { bootstrapContent } from './bootstrap-content.ts'
import type { FileTexts, RepositoryContent, RepositoryFacts } from './content.ts'
import { helmContent } from './helm-content.ts'
import { servesNoOldSources } from './history.ts'
import { operatorContent } from './operator-content.ts'
import { operatorHelmContent } from './operator-helm-content.ts'
import { pinContent } from './pin-content.ts'
import { ageKey, seal } from './sealing.ts'

/** A cluster that begins with a release which does not serve the old versions any more has none of them in git. */
function inServedVersions({ plain, sealed }: RepositoryContent, fluxVersion: string): RepositoryContent {
  if (!servesNoOldSources(fluxVersion)) return { plain, sealed }
  const texts = Object.entries(plain).map(([path, text]) => [
    path,
    text.replaceAll('source.toolkit.fluxcd.io/v1beta2', 'source.toolkit.fluxcd.io/v1'),
  ])
  return { plain: Object.fromEntries(texts), sealed }
}

async function content(ctx: SandboxContext, { style, fluxVersion }: SeedOptions): Promise<FileTexts> {
  const remote = await gitRemote(ctx)
  const key = await ageKey(ctx)
  const facts: RepositoryFacts = { fluxVersion, gitUrl: remote.url, registryHost: await registryHost(ctx) }
  const contents: Readonly<Record<SeedOptions['style'], () => RepositoryContent>> = {
    pin: () => pinContent(facts, { ageKey: key.text, user: remote.user, password: remote.password }, key.recipient),
    bootstrap: () => bootstrapContent(facts, key.recipient),
    operator: () => operatorContent(facts, key.recipient),
    'operator-helm': () => operatorHelmContent(facts, key.recipient),
    helm: () => helmContent(facts, key.recipient),
  }
  const { plain, sealed } = inServedVersions(contents[style](), fluxVersion)
  const closed = Object.entries(sealed).map(async ([path, manifest]) => [path, await seal(ctx, key, manifest)] as const)
  return { ...plain, ...Object.fromEntries(await Promise.all(closed)) }
}

async function firstCommit(ctx: SandboxContext, options: SeedOptions): Promise<void> {
  const { bare, seedUrl } = await gitRemote(ctx)
  if ((await ctx.run('git', ['-C', bare, 'rev-parse', '--verify', '--quiet', 'refs/heads/main'], { allowFailure: true })).exitCode === 0)
    return
  const work = join(ctx.paths.tmp, 'seed')
  await rm(work, { recursive: true, force: true })
  await ctx.run('git', ['init', '--quiet', work])
  for (const [path, text] of Object.entries(await content(ctx, options))) {
    await mkdir(dirname(join(work, path)), { recursive: true })
    await writeFile(join(work, path), text)
  }
  await ctx.run('git', ['-C', work, 'add', '--all'])
  await ctx.run('git', ['-C', work, 'commit', '--quiet', '-m', `feat: home cluster on Flux ${options.fluxVersion}`])
  await ctx.run('git', ['-C', work, 'push', '--quiet', seedUrl, 'HEAD:refs/heads/main'])
  await rm(work, { recursive: true, force: true })
}

/** A clone over HTTP, so that origin and upstream are what a person has; whole or absent. */
async function workingClone(ctx: SandboxContext): Promise<void> {
  if (await isFolder(ctx.paths.repo)) return
  const { url } = await gitRemote(ctx)
  const part = `${ctx.paths.repo}.part`
  await rm(part, { recursive: true, force: true })
  await ctx.run('git', ['clone', '--quiet', '--branch', 'main', url, part])
  await rename(part, ctx.paths.repo)
}

/** Registry content, repository and clone. Called again after a kill it completes what is missing and changes nothing that is there. */
export async function seedRepository(ctx: SandboxContext, options: SeedOptions): Promise<void> {
  await fillRegistry(ctx)
  if (ctx.state().forge === true) await ensureForgeRepository(ctx, GIT_USER, REPOSITORY)
  else await ensureBareRepository(ctx)
  await firstCommit(ctx, options)
  await workingClone(ctx)
}
