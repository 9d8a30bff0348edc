import type { Secret } from './secret.ts'

/** The tools that flux-ops wraps. Anything else is not started. */
export type Tool = 'flux' | 'kubectl' | 'git' | 'sops' | 'age' | 'age-keygen' | 'helm' | 'gh' | 'glab' | 'ssh-keyscan' | 'ssh-add'

/** Text files by name, and links by name to absolute paths. No names with `/`; nothing secret. */
export interface Scratch {
  readonly files: Readonly<Record<string, string>>
  readonly links?: Readonly<Record<string, string>>
  /** Bring back the text of every file that is there in the end, as `left`; of a list, of these paths alone. */
  readonly collect?: boolean | readonly string[]
}

export interface Command<Effect extends 'read' | 'write' = 'read' | 'write'> {
  readonly tool: Tool
  readonly args: readonly string[]
  /** A dry run lets reads pass and prints writes. */
  readonly effect: Effect
  readonly cwd?: string
  /** What the tool finds in its working folder, a private one that exists only while it runs; instead of `cwd`. */
  readonly scratch?: Scratch
  readonly stdin?: string | Secret | Uint8Array
  /** What it prints is no text: each character of `stdout` is one byte. */
  readonly bytes?: boolean
  readonly env?: Readonly<Record<string, string | Secret>>
  readonly timeoutMs?: number
  /** Return a non-zero exit instead of throwing. */
  readonly allowFailure?: boolean
}

export interface ExecResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  /** With `scratch.collect`: text by path below the folder, links left out. Throws OpsError `scratch-too-large` over 16 MiB in all. */
  readonly left?: Readonly<Record<string, string>>
}

/**
 * Throws OpsError `tool-missing`, `tool-failed` (message names the tool, the arguments and the last stderr lines), `tool-timeout`,
 * `interrupted`, or `kube-unreachable` when a tool found no API server: what is idempotent may be tried again.
 */
export interface ReadExec {
  run(command: Command<'read'>): Promise<ExecResult>
  /** The command as a person would type it: quoted for a shell, secrets never in it. */
  show(command: Command): string
}

export interface Exec extends ReadExec {
  run(command: Command): Promise<ExecResult>
}
