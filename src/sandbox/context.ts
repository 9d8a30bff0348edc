// The working context of `up` and of the services: state, ports, processes and tools of one sandbox, behind one lock.
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { OpsError } from '../errors.ts'
import type { ProcessRecord, ProcessSpec, Progress, SandboxContext } from './contract.ts'
import { entryPoint } from './entry-points.ts'
import { environment, processEnvironment } from './environment.ts'
import { applyCrds } from './flux-install.ts'
import { privateFolders, sandboxPaths } from './paths.ts'
import { keptPort } from './ports.ts'
import { isAlive } from './process-identity.ts'
import { endProcess, launch, waitUntil } from './processes.ts'
import { runTool } from './run-tool.ts'
import type { StateStore } from './state.ts'

export type ManifestsDir = (version: string) => Promise<string>

export interface ContextInput {
  readonly store: StateStore
  readonly manifestsDir?: ManifestsDir | undefined
  readonly progress?: Progress | undefined
}

export async function makeContext({ store, manifestsDir = noManifests, progress = () => {} }: ContextInput): Promise<SandboxContext> {
  const paths = sandboxPaths(store.get().dir)
  for (const folder of privateFolders(paths)) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chmod(folder, 0o700)
  }
  const env = environment(store.get())
  const ctx: SandboxContext = {
    paths,
    env,
    manifestsDir,
    progress,
    get tools() {
      return store.get().tools
    },
    state: () => store.get(),
    port: (name) => choosePort(store, name),
    start: (spec) => startRecorded(ctx, store, spec),
    stop: (name) => stopRecorded(store, name),
    run: (name, args, options) => runTool(ctx.tools[name] ?? name, args, env, options),
    applyCrds: (version) => applyCrds(ctx, version),
    entry: entryPoint,
  }
  return ctx
}

function noManifests(version: string): Promise<string> {
  throw new OpsError({
    code: 'sandbox-manifests',
    message: `no install manifests of Flux ${version} at hand`,
    hints: ['flux-ops sandbox up'],
  })
}

async function choosePort(store: StateStore, name: string): Promise<number> {
  const known = store.get().ports[name]
  if (known !== undefined) return known
  const port = await keptPort(store.get().dir, new Set(Object.values(store.get().ports)))
  await store.change((state) => ({ ...state, ports: { ...state.ports, [name]: state.ports[name] ?? port } }))
  return store.get().ports[name] ?? port
}

async function startRecorded(ctx: SandboxContext, store: StateStore, spec: ProcessSpec): Promise<ProcessRecord> {
  const record = await livingOrNew(ctx, store, spec)
  const { ready } = spec
  if (ready !== undefined) {
    const options = { withinMs: spec.readyWithinMs ?? 30_000, alive: () => isAlive(record), log: record.log }
    await waitUntil(`${spec.name} is not ready`, ready, options)
  }
  return record
}

async function livingOrNew(ctx: SandboxContext, store: StateStore, spec: ProcessSpec): Promise<ProcessRecord> {
  const known = store.get().processes[spec.name]
  if (known !== undefined && isAlive(known)) return known
  const env = { ...processEnvironment(ctx.paths), PATH: ctx.env.PATH ?? '', ...spec.env }
  const log = join(ctx.paths.logs, `${spec.name}.log`)
  const record = await launch({ sandboxId: store.get().id, name: spec.name, argv: spec.argv, env, log, cwd: spec.cwd ?? ctx.paths.dir })
  await store.change((state) => ({ ...state, processes: { ...state.processes, [spec.name]: record } }))
  return record
}

async function stopRecorded(store: StateStore, name: string): Promise<void> {
  const known = store.get().processes[name]
  if (known === undefined) return
  await endProcess(known)
  await store.change(({ processes, ...state }) => {
    const { [name]: _ended, ...rest } = processes
    return { ...state, processes: rest }
  })
}
