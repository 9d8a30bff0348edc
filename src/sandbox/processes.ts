// Starting and ending background processes: detached, output to a log file, known by pid and start time.
import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, OpsError } from '../errors.ts'
import type { ProcessRecord } from './contract.ts'
import { identify, isAlive, PROCESS_MARK, type ProcessIdentity } from './process-identity.ts'

export interface Launch {
  readonly sandboxId: string
  readonly name: string
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly log: string
  readonly cwd: string
  /** Told when the process ends while its starter lives. */
  readonly onExit?: (exit: ProcessExit) => void
}

export interface ProcessExit {
  /** 128 + signal number when a signal ended it. */
  readonly code: number
  readonly signal: NodeJS.Signals | null
}

/** Starts `argv[0]` in a session of its own. Throws OpsError `sandbox-start` when it cannot be started at all. */
export async function launch(spec: Launch): Promise<ProcessRecord> {
  const [command = '', ...args] = spec.argv
  const log = openSync(spec.log, 'a', 0o600)
  try {
    const env = { ...spec.env, [PROCESS_MARK]: `${spec.sandboxId}/${spec.name}` }
    const child = spawn(command, args, { detached: true, stdio: ['ignore', log, log], env, cwd: spec.cwd })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    child.unref()
    child.once('exit', (code, signal) => spec.onExit?.({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), signal }))
    const identity = identify(child.pid ?? 0)
    if (identity === undefined) throw new Error(`ended at once: ${lastLines(spec.log, 5)}`)
    return { name: spec.name, ...identity, log: spec.log, argv: spec.argv }
  } catch (cause) {
    throw new OpsError({
      code: 'sandbox-start',
      message: `${spec.name} could not be started: ${messageOf(cause)}`,
      hints: [`look at ${spec.log}`],
      cause,
    })
  } finally {
    closeSync(log)
  }
}

/** SIGTERM, then SIGKILL after `graceMs`; returns once the process is gone. A pid that was used again is left alone. */
export async function endProcess(process: ProcessIdentity, graceMs = 10_000): Promise<void> {
  if (graceMs > 0) {
    signal(process, 'SIGTERM')
    if (await isGone(process, graceMs)) return
  }
  signal(process, 'SIGKILL')
  if (await isGone(process, 10_000)) return
  throw new OpsError({
    code: 'sandbox-process-stays',
    message: `process ${process.pid} does not end`,
    hints: [`look at it with  ps -fp ${process.pid}`],
  })
}

function signal(target: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isAlive(target)) return
  try {
    process.kill(target.pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function isGone(process: ProcessIdentity, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs
  while (isAlive(process)) {
    if (Date.now() > deadline) return false
    await sleep(20)
  }
  return true
}

/** The end of a log file, for an error message; '' when there is none. */
export function lastLines(path: string, count: number, maxBytes = 4096): string {
  try {
    return readFileSync(path, 'utf8').slice(-maxBytes).trimEnd().split('\n').slice(-count).join('\n')
  } catch {
    return ''
  }
}

/** Polls until `probe` holds. Throws OpsError `sandbox-not-ready` when the time is up or `alive` says that waiting is useless. */
export async function waitUntil(what: string, probe: () => Promise<boolean>, options: WaitOptions): Promise<void> {
  const deadline = Date.now() + options.withinMs
  let last = ''
  for (;;) {
    try {
      if (await probe()) return
    } catch (error) {
      last = messageOf(error)
    }
    const dead = options.alive !== undefined && !options.alive()
    if (dead || Date.now() > deadline) {
      const why = dead ? 'it ended' : `not after ${Math.round(options.withinMs / 1000)} s`
      const tail = options.log === undefined ? '' : lastLines(options.log, 5)
      throw new OpsError({
        code: 'sandbox-not-ready',
        message: [`${what}: ${why}`, last, tail].filter((part) => part !== '').join('\n'),
        hints: options.log === undefined ? ['flux-ops sandbox status'] : [`look at ${options.log}`],
      })
    }
    await sleep(options.everyMs ?? 50)
  }
}

export interface WaitOptions {
  readonly withinMs: number
  readonly everyMs?: number
  readonly alive?: () => boolean
  readonly log?: string
}
