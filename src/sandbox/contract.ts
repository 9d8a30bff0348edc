// The seam between the control plane, the services beside it and the toolchain. Types only: whoever implements one side reads this file.

/**
 * Binary -> absolute path. Keys: `etcd`, `kube-apiserver`, `kube-controller-manager`, `kubectl`, `registry`, `age`, `age-keygen`, `sops`, and with
 * their version what exists in several: `flux-2.9.2`, `flux-2.7.3`, `source-controller-1.7.3`, `kustomize-controller-1.9.3`, … (no `v`).
 */
export type Tools = Readonly<Record<string, string>>

export type Style = 'pin' | 'bootstrap' | 'operator' | 'operator-helm' | 'helm' | 'none'

/** One line of progress: `►` doing, `◎` waiting, `✔` done (with how long), `⚠` warning. */
export interface ProgressLine {
  readonly mark: '►' | '◎' | '✔' | '⚠'
  readonly text: string
  readonly ms?: number
}
export type Progress = (line: ProgressLine) => void

/** A long-lived process of the sandbox. `startTime` is field 22 of /proc/<pid>/stat: with the pid it names one process for ever. */
export interface ProcessRecord {
  readonly name: string
  readonly pid: number
  readonly startTime: string
  readonly log: string
  readonly argv: readonly string[]
}

export interface ProcessSpec {
  /** Unique in the sandbox, kebab-case: it is also the name of the log file. */
  readonly name: string
  readonly argv: readonly string[]
  /** Added to a minimal environment (PATH, HOME and TMPDIR inside the sandbox, TZ). Secrets are fine here, never in argv. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Polled after the start until it holds; throwing or returning false means not yet. */
  readonly ready?: () => Promise<boolean>
  readonly readyWithinMs?: number
}

export interface SandboxPaths {
  readonly dir: string
  readonly state: string
  readonly kubeconfig: string
  readonly gitconfig: string
  /** Symbolic links to the tools: flux, kubectl, age, age-keygen, sops. */
  readonly bin: string
  readonly logs: string
  readonly run: string // pid-like files of the parts
  readonly home: string
  readonly tmp: string
  readonly secrets: string // 0700: keys, tokens, passwords
  readonly certs: string
  readonly etcd: string
  readonly controllers: string // storage of the Flux controllers, a folder each
  readonly faults: string // faults.json
  readonly git: string // bare repositories (H: services)
  readonly forge: string // everything the forge keeps, repositories among it (services)
  readonly registry: string // data of the OCI registry (services)
  readonly repo: string // the user's working clone
  readonly snapshots: string
}

export interface SandboxState {
  readonly version: 1
  /** Random; marks every process of this sandbox. */
  readonly id: string
  readonly name: string
  readonly dir: string
  readonly createdAt: string
  /** Flux release without `v`, null when none is asked. */
  readonly flux: string | null
  readonly style: Style
  /** The repository lives on a forge: `true` only where it was asked for. */
  readonly forge?: boolean
  /** No event reaches notification-controller: `true` only where it was asked for. */
  readonly silent?: boolean
  /** Chosen once and kept, as URLs in git depend on them. Keys of the control plane: etcd, etcdPeer, api, kubelet. Services add theirs: git, registry. */
  readonly ports: Readonly<Record<string, number>>
  readonly processes: Readonly<Record<string, ProcessRecord>>
  readonly tools: Tools
  /** What `up` has completed once and need not do again. */
  readonly stages: readonly string[]
}

export interface RunOptions {
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly timeoutMs?: number
  readonly allowFailure?: boolean
}
export interface RunResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** What the services get to work with; made by `up` (and by `openSandbox` for tests). */
export interface SandboxContext {
  readonly paths: SandboxPaths
  /** The state as it is now (re-read after each change). */
  state(): SandboxState
  readonly tools: Tools
  /** Environment for tools: KUBECONFIG, GIT_CONFIG_GLOBAL, PATH with the sandbox's bin first, HOME of the sandbox. Nothing of the user's git or kube set-up. */
  readonly env: Readonly<Record<string, string>>
  /** A free loopback port, chosen once under this name and kept in the state. */
  port(name: string): Promise<number>
  /** Starts the process unless the recorded one still lives; records it before it returns; waits for `ready`. */
  start(spec: ProcessSpec): Promise<ProcessRecord>
  /** Ends one process by pid and start time. */
  stop(name: string): Promise<void>
  /** Runs a tool to its end with `env`. `tool` is a key of tools, a command in PATH (git), or an absolute path. Throws OpsError `sandbox-tool-failed`. */
  run(tool: string, args: readonly string[], options?: RunOptions): Promise<RunResult>
  /** Folder with the install manifests of a Flux release (`source-controller.yaml`, …). Version without `v`. */
  manifestsDir(version: string): Promise<string>
  /** Applies the CRDs of a release; waits until they are established. */
  applyCrds(version: string): Promise<void>
  /** `<node> <entry>` of one of our own background programs, from source or from the built bundle. */
  entry(name: 'node-agent' | 'git-server'): readonly string[]
  readonly progress: Progress
}

export interface SeedOptions {
  readonly style: Exclude<Style, 'none'>
  readonly fluxVersion: string
}

/**
 * Implemented in src/sandbox/services/index.ts as named exports of these names. Each is idempotent: called again after a kill at any point it completes
 * what is missing. `startServices` is called by every `up` (and after a restore); the other two once, by `up`, as stages `seed` and `reconcile`.
 */
export interface Services {
  /** Writes gitconfig, starts git server (and registry when a style is asked), waits until they answer. */
  startServices(ctx: SandboxContext): Promise<void>
  /** Bare repository, working clone at paths.repo, registry content, github.com redirect. */
  seedRepository(ctx: SandboxContext, options: SeedOptions): Promise<void>
  /** From an empty cluster to all Flux objects Ready, the way the style does it. Throws OpsError when the deadline passes. */
  startReconciling(ctx: SandboxContext, options: SeedOptions): Promise<void>
}

/** `<sandbox>/faults.json`: switches of the fault tests, read by git server and node agent. */
export interface Faults {
  readonly push?: 'reject' | 'slow' | 'cut' | 'cut-after' | 'protected' | 'unauthorised' | null
  readonly pushDelayMs?: number
  /** The only password that the git server lets in from now on; null: its own. */
  readonly gitPassword?: string | null
  /** `kustomize-controller:v1.9.3`: containers of this image end right after their start, exit code 1. */
  readonly crash?: readonly string[]
}
