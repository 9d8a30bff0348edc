import type { ChartReader } from './charts.ts'
import type { Clock } from './clock.ts'
import type { Environment } from './environment.ts'
import type { Exec, ReadExec } from './exec.ts'
import type { FileReader, Files } from './files.ts'
import type { Forge, ForgeReader } from './forge.ts'
import type { Git, GitReader } from './git.ts'
import type { Kube, KubeReader } from './kube.ts'
import type { RunReader } from './runs.ts'

/** The cluster a command was pointed at, as kubectl's own flags have it. */
export interface Target {
  readonly context: string
  readonly kubeconfig?: string | undefined
  /** Namespace of Flux. */
  readonly namespace: string
}

/** What a wait shows while it waits: what for, since when is added by the reporter, and what was seen last. */
export interface Progress {
  readonly waitingFor: string
  readonly lastSeen?: string
}

export interface ReadContext {
  readonly target: Target
  readonly kube: KubeReader
  readonly exec: ReadExec
  readonly git: GitReader
  readonly files: FileReader
  readonly forge: ForgeReader
  readonly charts: ChartReader
  readonly clock: Clock
  readonly env: Environment
  readonly runs: RunReader
  /** Absolute folder of this run's own files. */
  readonly runDir: string
  /** `name` or `name@host` of who runs this; for journal, commit trailer and annotations. */
  readonly operator: string
  readonly signal: AbortSignal
  progress(progress: Progress): void
}

export interface Context extends ReadContext {
  readonly kube: Kube
  readonly exec: Exec
  readonly git: Git
  readonly files: Files
  readonly forge: Forge
}
