// Starts the tools of the table: argument vectors only, no shell, no terminal, bounded output and time, and no child left behind.
import { stat } from 'node:fs/promises'
import { OpsError } from '../errors.ts'
import type { Command, Exec, ExecResult, Scratch } from '../ports/exec.ts'
import { type Redactor, Secret } from '../ports/secret.ts'
import { argumentsFor, inheritedEnv, showCommand, TOOLS } from './exec-tools.ts'
import { inScratch, textsIn } from './scratch.ts'

export interface ExecOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly redactor: Redactor
  readonly signal?: AbortSignal | undefined
  /** Given by --kubeconfig; reaches the tools as KUBECONFIG. */
  readonly kubeconfig?: string | undefined
  /** Added to every kubectl, flux and helm that does not name one; undefined inside a cluster. */
  readonly context?: string | undefined
}

const DEFAULT_TIMEOUT_MS = 10 * 60_000
const MAX_OUTPUT = 64 * 1024 * 1024
const GRACE_MS = 5_000
const STDERR_LINES = 8

const reveal = <T>(value: T | Secret): T | string => (value instanceof Secret ? value.reveal() : value)

/** Ends the child and all that it started: it leads its own process group. */
function endGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // already gone
  }
}

type Ending = 'timeout' | 'aborted' | undefined

interface Watched {
  ending: Ending
  stop(): void
}

function watch(pid: number, timeoutMs: number, signal: AbortSignal | undefined): Watched {
  const watched: Watched = { ending: undefined, stop: () => undefined }
  const timers: NodeJS.Timeout[] = []
  const end = (why: Ending) => {
    if (watched.ending) return
    watched.ending = why
    endGroup(pid, 'SIGTERM')
    timers.push(setTimeout(() => endGroup(pid, 'SIGKILL'), GRACE_MS))
  }
  const onAbort = () => end('aborted')
  const onExit = () => endGroup(pid, 'SIGKILL')
  timers.push(setTimeout(() => end('timeout'), timeoutMs))
  signal?.addEventListener('abort', onAbort, { once: true })
  process.once('exit', onExit)
  watched.stop = () => {
    for (const timer of timers) clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
    process.removeListener('exit', onExit)
  }
  return watched
}

const missingTool = (command: Command): OpsError =>
  new OpsError({
    code: 'tool-missing',
    message: `${command.tool} is not installed, or not in PATH`,
    hints: [`install ${command.tool} ${TOOLS[command.tool].minimum} or newer: ${TOOLS[command.tool].install}`],
    exit: 'usage',
  })

async function spawnFailure(command: Command, cause: Error): Promise<OpsError> {
  // A missing working folder gives the same ENOENT as a missing tool.
  if (command.cwd !== undefined && !(await stat(command.cwd).catch(() => undefined)))
    return new OpsError({
      code: 'file-missing',
      message: `${command.cwd} does not exist`,
      hints: ['name an existing folder'],
      exit: 'usage',
      cause,
    })
  const code = (cause as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return missingTool(command)
  const message = `${command.tool} could not be started: ${code ?? cause.message}`
  return new OpsError({ code: 'tool-failed', message, hints: [`look: command -v ${command.tool}`], cause })
}

interface Spawned {
  exitCode: number | undefined
  stdout: string
  stderr: string
  signal: string | undefined
  overflow: boolean
  spawnError: Error | undefined
  ending: Ending
  left?: Readonly<Record<string, string>>
}

async function spawnTool(command: Command, options: ExecOptions): Promise<Spawned> {
  const { execa } = await import('execa') // 130 ms unbundled: not before a tool is needed
  const env = {
    ...inheritedEnv(options.env),
    ...(options.kubeconfig === undefined ? {} : { KUBECONFIG: options.kubeconfig }),
    ...Object.fromEntries(Object.entries(command.env ?? {}).map(([key, value]) => [key, reveal(value)])),
  }
  const child = execa(command.tool, [...argumentsFor(command, options.context)], {
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    ...(command.stdin === undefined ? { stdin: 'ignore' as const } : { input: reveal(command.stdin) }),
    env,
    extendEnv: false,
    detached: true,
    reject: false,
    maxBuffer: MAX_OUTPUT,
    ...(command.bytes === true ? { encoding: 'latin1' as const } : {}),
    stripFinalNewline: false,
  })
  const watched = child.pid === undefined ? undefined : watch(child.pid, command.timeoutMs ?? DEFAULT_TIMEOUT_MS, options.signal)
  const result = await child.finally(() => watched?.stop())
  if (result.isMaxBuffer && child.pid !== undefined) endGroup(child.pid, 'SIGKILL')
  return {
    exitCode: result.exitCode,
    stdout: result.stdout ?? '',
    stderr: result.stderr ?? '',
    signal: result.signal,
    overflow: result.isMaxBuffer,
    spawnError: child.pid === undefined ? ((result.cause ?? result) as Error) : undefined,
    ending: watched?.ending,
  }
}

const spawnInScratch = (command: Command, scratch: Scratch, options: ExecOptions): Promise<Spawned> =>
  inScratch(scratch, async (cwd) => {
    const spawned = await spawnTool({ ...command, cwd }, options)
    const { collect = false } = scratch
    return collect === false ? spawned : { ...spawned, left: await textsIn(cwd, collect === true ? undefined : collect) }
  })

/** Each line once: kubectl says the same for every object. */
const lastLines = (text: string): string => {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return [...new Set(lines)].slice(-STDERR_LINES).join('\n  ')
}

/** The API server was not there: the caller may try again, as with the Kube port. */
const CLUSTER_AWAY =
  /connection to the server .* was refused|connect: connection refused|connection reset by peer|TLS handshake timeout|i\/o timeout|\bEOF\b|server is currently unable to handle the request|etcdserver: (leader changed|request timed out)|http2: client connection lost/

const talksToCluster = (command: Command): boolean => TOOLS[command.tool].contextFlag !== undefined

function failureOf(command: Command, spawned: Spawned, shown: string, clean: (text: string) => string): OpsError | undefined {
  const fail = (code: string, what: string, hint: string, exit: 'failed' | 'interrupted' = 'failed') =>
    new OpsError({ code, message: clean(`${shown}\n  ${what}`), hints: [hint], exit })
  if (spawned.ending === 'aborted') return fail('interrupted', 'stopped, as the run was interrupted', 'flux-ops runs resume', 'interrupted')
  if (spawned.ending === 'timeout') {
    const seconds = Math.round((command.timeoutMs ?? DEFAULT_TIMEOUT_MS) / 1000)
    return fail(
      'tool-timeout',
      `no end after ${seconds} s; ${lastLines(spawned.stderr) || 'it said nothing'}`,
      'run it by hand to see what it waits for',
    )
  }
  if (spawned.overflow) return fail('tool-failed', `said more than ${MAX_OUTPUT} characters`, 'run it by hand and look at its output')
  if (spawned.exitCode === undefined)
    return fail(
      'tool-failed',
      `ended by ${spawned.signal ?? 'a signal'}; ${lastLines(spawned.stderr)}`,
      'out of memory? look: dmesg | tail',
    )
  if (spawned.exitCode === 0 || command.allowFailure) return undefined
  const said = lastLines(spawned.stderr) || lastLines(spawned.stdout) || 'it said nothing'
  const away = talksToCluster(command) && CLUSTER_AWAY.test(spawned.stderr)
  return fail(away ? 'kube-unreachable' : 'tool-failed', `exit ${spawned.exitCode}: ${said}`, 'run it by hand to see more')
}

export function createExec(options: ExecOptions): Exec {
  const show = (command: Command): string => options.redactor.clean(showCommand(command, options.context))
  const run = async (command: Command): Promise<ExecResult> => {
    if (!Object.hasOwn(TOOLS, command.tool))
      throw new OpsError({ code: 'tool-missing', message: `${command.tool} is not one of our tools`, exit: 'bug' })
    options.signal?.throwIfAborted()
    for (const value of [command.stdin, ...Object.values(command.env ?? {})]) if (value instanceof Secret) options.redactor.register(value)
    const spawned = await (command.scratch ? spawnInScratch(command, command.scratch, options) : spawnTool(command, options))
    if (spawned.spawnError) throw await spawnFailure(command, spawned.spawnError)
    const failure = failureOf(command, spawned, show(command), (text) => options.redactor.clean(text))
    if (failure) throw failure
    const { exitCode = 0, stdout, stderr, left } = spawned
    return { exitCode, stdout, stderr, ...(left === undefined ? {} : { left }) }
  }
  return { run, show }
}
