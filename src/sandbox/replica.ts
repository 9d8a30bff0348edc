// An empty control plane with a git server that holds a copy of somebody's repository: what a rehearsal is made of. The repository is only read.
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { refusal } from '../errors.ts'
import type { Progress, RunResult, SandboxPaths, Tools } from './contract.ts'
import { type SandboxRef, withSandbox } from './open.ts'
import { PARTIAL_RELEASES } from './partial-releases.ts'
import { sandboxPaths } from './paths.ts'
import { ensureBareRepository } from './services/bare-repository.ts'
import { gitRemote } from './services/git-service.ts'
import { OPERATOR_VERSION } from './services/registry/operator-artifacts.ts'
import { linkData } from './services/repositories/operator-start.ts'
import { namedTools, onceEach, standardServices } from './standard.ts'
import { fluxManifestsDir } from './toolchain/index.ts'
import { TOOL_SETS } from './toolchain/recipes.ts'
import { up } from './up.ts'

const WHOLE = Object.keys(TOOL_SETS).flatMap((name) => /^flux-(\d.*)-set$/.exec(name)?.[1] ?? [])

/** Releases of Flux whose controllers can be run here. */
export const RUNNABLE: readonly string[] = [...new Set([...Object.keys(PARTIAL_RELEASES), ...WHOLE])].sort()

/** Throws `rehearsal-release` (refused) for a release that cannot be run here, before anything is started. */
export function assertRunnable(releases: readonly string[]): void {
  const missing = releases.filter((version) => !RUNNABLE.includes(version))
  if (missing.length === 0) return
  throw refusal(
    'rehearsal-release',
    `Flux ${missing.join(' and ')} cannot be rehearsed: its controllers are not among the tools of the sandbox`,
    `they can be run: ${RUNNABLE.join(', ')}`,
    'the plan without a rehearsal:  leave --rehearse out',
  )
}

/** Throws `rehearsal-operator` (refused) for a Flux Operator that cannot be run here. */
export function assertOperatorRunnable(version: string | undefined): void {
  if (version === OPERATOR_VERSION) return
  throw refusal(
    'rehearsal-operator',
    version === undefined
      ? 'the Flux Operator is not in the namespace of Flux, or its image names no version: it cannot be rehearsed'
      : `Flux Operator ${version} cannot be rehearsed: the sandbox has ${OPERATOR_VERSION}`,
    'the plan without a rehearsal:  leave --rehearse out',
  )
}

export interface ReplicaOptions {
  readonly name: string
  /** Folder that holds the sandbox. */
  readonly root: string
  readonly releases: readonly string[]
  /** Whether the Flux Operator is to run in it. */
  readonly operator?: boolean
  readonly clone: { readonly root: string; readonly head: string; readonly branch: string }
  /** Stops the building of tools, which may take long; the rest takes seconds. */
  readonly signal?: AbortSignal
}

export interface Replica {
  readonly ref: SandboxRef
  readonly paths: SandboxPaths
  readonly tools: Tools
  /** The copy, as Flux in the sandbox reaches it. */
  readonly remote: { readonly url: string; readonly user: string; readonly password: string }
  /** A fresh age identity. */
  readonly ageKey: string
}

/** The commit, and all before it, out of what HEAD of the clone has. The clone is read as any remote is. */
async function takeCommit(git: (...args: readonly string[]) => Promise<RunResult>, clone: ReplicaOptions['clone']): Promise<void> {
  const taken = 'refs/rehearsal/head'
  const fetched = await git('fetch', '--quiet', '--no-tags', '--update-shallow', clone.root, `HEAD:${taken}`)
  const placed = await git('update-ref', `refs/heads/${clone.branch}`, clone.head)
  await git('update-ref', '-d', taken)
  if (placed.exitCode === 0) return
  const why = (fetched.exitCode === 0 ? placed : fetched).stderr.trim()
  throw refusal(
    'rehearsal-commit',
    `commit ${clone.head} cannot be taken from ${clone.root}: ${why}`,
    `git -C ${clone.root} log -1 ${clone.head}`,
  )
}

/** Up and with the copy cloned to `paths.repo`; nothing is in the cluster yet. */
export async function replicaUp(options: ReplicaOptions, progress: Progress): Promise<Replica> {
  const { name, root, clone } = options
  assertRunnable(options.releases)
  const partial = options.releases.flatMap((version) => PARTIAL_RELEASES[version]?.toolSet ?? [])
  const operator = options.operator === true ? ['flux-operator-set'] : []
  const tools = await namedTools(['standard', ...partial, ...operator], progress, options.signal)
  const manifestsDir = onceEach((version) => fluxManifestsDir(version))
  await up({ name, root, flux: 'none', style: 'none', silent: true, tools, manifestsDir, services: standardServices }, progress)
  const ref = { name, root, manifestsDir, progress }
  return await withSandbox(ref, async (ctx) => {
    await ensureBareRepository(ctx)
    if (options.operator === true) await linkData(ctx)
    const { bare, url, user, password } = await gitRemote(ctx)
    await takeCommit((...args) => ctx.run('git', ['-C', bare, ...args], { allowFailure: true }), clone)
    const part = `${ctx.paths.repo}.part`
    await ctx.run('git', ['clone', '--quiet', '--branch', clone.branch, url, part])
    await rename(part, ctx.paths.repo)
    const ageKey = (await ctx.run('age-keygen', [])).stdout
    return { ref, paths: sandboxPaths(ctx.paths.dir), tools, remote: { url, user, password }, ageKey }
  })
}

/** One commit on the copy, pushed to the sandbox's git server. Nothing to write is no commit. */
export async function commitToReplica(
  { ref }: Replica,
  files: readonly { readonly path: string; readonly text: string }[],
  message: string,
): Promise<void> {
  if (files.length === 0) return
  await withSandbox(ref, async (ctx) => {
    const { repo } = ctx.paths
    for (const { path, text } of files) {
      await mkdir(join(repo, path, '..'), { recursive: true })
      await writeFile(join(repo, path), text)
    }
    await ctx.run('git', ['-C', repo, 'add', '--all'])
    await ctx.run('git', ['-C', repo, 'commit', '--quiet', '-m', message])
    await ctx.run('git', ['-C', repo, 'push', '--quiet'])
  })
}
