// `up` brings a sandbox from whatever state it is in to running: what lives is kept, what is missing is started, what was completed is not done again.
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { refusal, usageError } from '../errors.ts'
import { type ManifestsDir, makeContext } from './context.ts'
import type { Progress, SandboxContext, SandboxState, Services, Style, Tools } from './contract.ts'
import { installFlux } from './flux-install.ts'
import { endUnrecorded, lockPath, startParts } from './lifecycle.ts'
import { withLock } from './lock.ts'
import { PARTIAL_RELEASES } from './partial-releases.ts'
import { DEFAULT_NAME, defaultRoot, sandboxDir } from './paths.ts'
import { newState, readState, type StateStore, stateStore, writeState } from './state.ts'

export interface UpOptions {
  readonly name?: string
  /** Folder that holds the sandboxes. */
  readonly root?: string
  /** Flux release without `v`; 'none' for a cluster without Flux. */
  readonly flux?: string
  /** How Flux is installed and what it reconciles; 'none' installs the controllers only. */
  readonly style?: Style
  /** The repository lives on a forge, where pull requests can be opened. */
  readonly forge?: boolean
  /** Nothing that the controllers report is sent on. */
  readonly silent?: boolean
  readonly tools: Tools
  readonly manifestsDir?: ManifestsDir
  /** Git server, registry and repositories; without them only style 'none' can be had. */
  readonly services?: Services
}

/** Throws OpsError; `sandbox-other` (refused) when the name exists with another release or style. */
export async function up(options: UpOptions, progress: Progress = () => {}): Promise<SandboxState> {
  const name = options.name ?? DEFAULT_NAME
  const dir = sandboxDir(name, options.root ?? defaultRoot())
  await mkdir(dirname(dir), { recursive: true, mode: 0o700 })
  return await withLock(lockPath(dir), 60_000, async () => {
    const store = await openStore(name, dir, options)
    const ctx = await makeContext({ store, manifestsDir: options.manifestsDir, progress })
    await endUnrecorded(ctx)
    await timed(ctx, 'control plane and node', () => startParts(ctx))
    await options.services?.startServices(ctx)
    await bringFlux(ctx, store, options.services)
    return store.get()
  })
}

async function openStore(name: string, dir: string, options: UpOptions): Promise<StateStore> {
  const flux = options.flux === undefined || options.flux === 'none' ? null : options.flux.replace(/^v/, '')
  const style = options.style ?? 'none'
  const old = await readState(dir)
  if (old === undefined) {
    assertHas(flux, options.tools)
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const asked = { ...(options.forge === true && { forge: true }), ...(options.silent === true && { silent: true }) }
    const state = { ...newState({ name, dir, flux, style, ...asked }), tools: options.tools }
    await writeState(state)
    return stateStore(state)
  }
  const same =
    (options.flux === undefined || old.flux === flux) &&
    (options.style === undefined || old.style === style) &&
    (options.forge !== true || old.forge === true)
  if (!same) {
    const what = `sandbox ${name} holds Flux ${old.flux ?? 'none'} in style ${old.style}${old.forge === true ? ' on a forge' : ''}`
    throw refusal('sandbox-other', what, `flux-ops sandbox down --name ${name} --delete`, 'or take another --name')
  }
  const store = stateStore(old)
  await store.change((state) => ({ ...state, tools: { ...state.tools, ...options.tools } }))
  return store
}

/** Said before anything is started: without its binaries no controller of the release would ever run. */
function assertHas(flux: string | null, tools: Tools): void {
  const partial = PARTIAL_RELEASES[flux ?? '']
  if (flux === null || tools[partial?.tool ?? `flux-${flux}`] !== undefined) return
  const whole = Object.keys(tools).flatMap((name) => /^flux-(\d.*)$/.exec(name)?.[1] ?? [])
  const known = [...whole, ...Object.keys(PARTIAL_RELEASES)]
  throw usageError(
    'sandbox-flux-unknown',
    `the sandbox has no binaries of Flux ${flux}`,
    `--flux ${[...known, 'none'].join(', or --flux ')}`,
  )
}

async function bringFlux(ctx: SandboxContext, store: StateStore, services: Services | undefined): Promise<void> {
  const { flux, style } = ctx.state()
  if (flux === null) return
  if (style === 'none') return await stage(store, 'flux', () => timed(ctx, `Flux ${flux}`, () => installFlux(ctx, flux)))
  if (services === undefined) throw refusal('sandbox-services', `style ${style} needs the sandbox's services`, 'leave --style out')
  const seed = { style, fluxVersion: flux }
  await stage(store, 'seed', () => timed(ctx, `repository in style ${style}`, () => services.seedRepository(ctx, seed)))
  await stage(store, 'reconcile', () => timed(ctx, `Flux ${flux} reconciling`, () => services.startReconciling(ctx, seed)))
}

async function stage(store: StateStore, name: string, work: () => Promise<void>): Promise<void> {
  if (store.get().stages.includes(name)) return
  await work()
  await store.change((state) => ({ ...state, stages: [...state.stages, name] }))
}

async function timed(ctx: SandboxContext, text: string, work: () => Promise<void>): Promise<void> {
  ctx.progress({ mark: '►', text })
  const start = performance.now()
  await work()
  ctx.progress({ mark: '✔', text, ms: Math.round(performance.now() - start) })
}
