// Builds the ports for one command: one cluster, one set of tools, one redactor. Nothing is shared between two calls.
import { hostname, userInfo } from 'node:os'
import type { ChartReader } from '../ports/charts.ts'
import type { Clock } from '../ports/clock.ts'
import type { Context, Target } from '../ports/context.ts'
import type { Environment } from '../ports/environment.ts'
import type { Exec } from '../ports/exec.ts'
import type { Files } from '../ports/files.ts'
import type { Forge } from '../ports/forge.ts'
import type { Git } from '../ports/git.ts'
import type { Kube } from '../ports/kube.ts'
import type { RunStore } from '../ports/runs.ts'
import { type Redactor, Secret } from '../ports/secret.ts'
import { createCharts } from './charts.ts'
import { systemClock } from './clock.ts'
import { createExec } from './exec.ts'
import { localFiles } from './files.ts'
import { createForge } from './forge.ts'
import { createGit } from './git.ts'
import { connect } from './kube-connect.ts'

/** Everything that has an effect. Tests hand in wrapped ones. */
export interface World {
  readonly kube: Kube
  readonly exec: Exec
  readonly git: Git
  readonly files: Files
  readonly forge: Forge
  readonly charts: ChartReader
  readonly clock: Clock
  readonly env: Environment
  readonly runs: RunStore
}

export interface WorldOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly context?: string | undefined
  readonly kubeconfig?: string | undefined
  readonly namespace: string
  readonly runs: RunStore
  readonly redactor: Redactor
  readonly signal: AbortSignal
  /** Program name and version: the API server's audit log shows it. */
  readonly userAgent: string
  /** How long a server that answered before is waited for, in ms; left out: a minute, and long enough for it to be started anew. */
  readonly patienceMs?: number | undefined
  readonly onOutage?: ((text: string) => void) | undefined
  readonly decorate?: ((world: World) => World) | undefined
}

export interface OpenWorld {
  readonly target: Target
  readonly world: World
  readonly signal: AbortSignal
  close(): void
}

/** What a variable holds is kept out of everything that is shown, from the moment that it is asked for. */
const environmentOf = ({ env, redactor }: Pick<WorldOptions, 'env' | 'redactor'>): Environment => ({
  secret: (name) => {
    const value = env[name]
    if (value === undefined || value === '') return undefined
    redactor.register(value)
    return new Secret(value)
  },
})

const IN_CLUSTER = 'inClusterContext'

/** What needs no cluster. */
export type LocalWorld = Pick<World, 'exec' | 'git' | 'files' | 'forge' | 'clock' | 'env'>

/** For what is asked of files alone: no kubeconfig is read. */
export function localWorld(options: Pick<WorldOptions, 'env' | 'redactor' | 'signal'>): LocalWorld {
  const exec = createExec({ env: options.env, redactor: options.redactor, signal: options.signal })
  const forge = createForge({ exec, ...options })
  return { exec, git: createGit(exec), files: localFiles, forge, clock: systemClock, env: environmentOf(options) }
}

/** Reads the kubeconfig only; throws its usage errors. No cluster is asked and no tool started yet. */
export async function openWorld(options: WorldOptions): Promise<OpenWorld> {
  const clock = systemClock
  const connection = await connect({ ...options, clock })
  const context = connection.access.context
  const exec = createExec({
    env: options.env,
    redactor: options.redactor,
    signal: options.signal,
    kubeconfig: options.kubeconfig,
    context: context === IN_CLUSTER ? undefined : context,
  })
  const forge = createForge({ exec, env: options.env, redactor: options.redactor, signal: options.signal })
  const plain: World = {
    kube: connection.kube,
    exec,
    git: createGit(exec),
    files: localFiles,
    forge,
    charts: createCharts(options.signal),
    clock,
    env: environmentOf(options),
    runs: options.runs,
  }
  return {
    target: { context, kubeconfig: options.kubeconfig, namespace: options.namespace },
    world: options.decorate?.(plain) ?? plain,
    signal: options.signal,
    close: () => connection.close(),
  }
}

/** `name@host` of who runs this. */
export function operatorName(env: Readonly<Record<string, string | undefined>>): string {
  const name = env.SUDO_USER || env.USER || env.LOGNAME
  if (name) return `${name}@${hostname()}`
  try {
    return `${userInfo().username}@${hostname()}`
  } catch {
    return `uid ${process.getuid?.() ?? '?'}@${hostname()}` // a container without a passwd entry
  }
}

/** The context of one run. */
export const buildContext = (open: OpenWorld, run: { runDir: string; operator: string }): Context => ({
  ...open.world,
  target: open.target,
  runDir: run.runDir,
  operator: run.operator,
  signal: open.signal,
  progress: () => undefined, // the engine puts a step's own progress in its place
})
