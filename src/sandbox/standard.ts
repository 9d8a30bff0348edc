// The sandbox with everything that comes with flux-ops: its toolchain, the manifests of every release, git, registry and repositories.
import type { ManifestsDir } from './context.ts'
import type { Progress, SandboxState, Services, Style, Tools } from './contract.ts'
import { PARTIAL_RELEASES } from './partial-releases.ts'
import { parseLine } from './progress-line.ts'
import * as services from './services/index.ts'
import type { SnapshotOptions } from './snapshot.ts'
import { describeProgress, ensureTools, fluxManifestsDir, resolveToolNames } from './toolchain/index.ts'
import { type UpOptions, up } from './up.ts'

export const standardServices: Services = services

export interface StandardUpOptions extends Omit<UpOptions, 'tools' | 'manifestsDir' | 'services'> {
  /** Take binaries of the pinned version from PATH where they are. */
  readonly usePath?: boolean
}

/** Tools for a sandbox with any Flux release and style (true), or for a bare cluster (false), and `extra` sets. Builds what is missing. */
export const standardTools = (flux: boolean, progress: Progress, extra: readonly string[] = []): Promise<Tools> =>
  toolsOf([...setsFor(flux, undefined), ...extra], progress, false)

/** Tools of these sets; builds what is missing, and stops in the middle of that when `signal` is aborted. */
export const namedTools = (sets: readonly string[], progress: Progress, signal?: AbortSignal): Promise<Tools> =>
  toolsOf(sets, progress, false, signal)

async function toolsOf(sets: readonly string[], progress: Progress, usePath: boolean, signal?: AbortSignal): Promise<Tools> {
  const ids = resolveToolNames(sets)
  return await ensureTools(ids, (event) => progress(parseLine(describeProgress(event))), { usePath, ...(signal && { signal }) })
}

function setsFor(flux: string | boolean, style: Style | undefined): string[] {
  if (typeof flux === 'boolean') return flux ? ['all'] : ['control-plane']
  const partial = PARTIAL_RELEASES[flux.replace(/^v/, '')]
  const operator = style === 'operator' || style === 'operator-helm' ? ['flux-operator-set'] : []
  return ['standard', ...(partial === undefined ? [] : [partial.toolSet]), ...operator]
}

export async function standardUp(options: StandardUpOptions, progress: Progress = () => {}): Promise<SandboxState> {
  const flux = options.flux !== undefined && options.flux !== 'none'
  const asked = flux && options.flux !== undefined ? options.flux : false
  const sets = [...setsFor(asked, options.style), ...(options.forge ? ['forge'] : [])]
  const tools = await toolsOf(sets, progress, options.usePath ?? false)
  // A bare cluster needs neither git nor registry.
  const extra = flux ? { services: standardServices } : {}
  return await up({ ...options, ...extra, tools, manifestsDir: onceEach((version) => fluxManifestsDir(version)) }, progress)
}

/** Asks once for each version: every question starts a process. */
export function onceEach(find: ManifestsDir): ManifestsDir {
  const known = new Map<string, Promise<string>>()
  return (version) => {
    const folder = known.get(version) ?? find(version)
    known.set(version, folder)
    return folder
  }
}

/** What snapshot, restore and single parts need of a sandbox that `standardUp` made. */
export function standardSandbox(name: string, root?: string): SnapshotOptions {
  return { name, root, services: standardServices, manifestsDir: onceEach((version) => fluxManifestsDir(version)) }
}
