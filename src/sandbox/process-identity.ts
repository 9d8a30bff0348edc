// A pid alone names nobody: it is used again. A pid with its start time (field 22 of /proc/<pid>/stat) names one process for ever.
import { readdirSync, readFileSync } from 'node:fs'

export interface ProcessIdentity {
  readonly pid: number
  readonly startTime: string
}

/** Variable that marks every process of a sandbox and, by inheritance, what these start: `<sandbox id>/<process name>`. */
export const PROCESS_MARK = 'SANDBOX_PROCESS'

interface Stat {
  readonly state: string
  readonly startTime: string
}

function readStat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold spaces and brackets; everything after the last one is fixed.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [state, startTime] = [fields[0], fields[19]]
    return state === undefined || startTime === undefined ? undefined : { state, startTime }
  } catch {
    return undefined
  }
}

/** undefined when no such process lives (a zombie does not). */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid)
  const dead = stat === undefined || stat.state === 'X' || (stat.state === 'Z' && !hasOtherThreads(pid))
  return dead ? undefined : { pid, startTime: stat.startTime }
}

/** A killed process looks like a zombie once its first thread has ended; the others still hold its files and its listening ports. */
function hasOtherThreads(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).length > 1
  } catch {
    return false
  }
}

export function isAlive(process: ProcessIdentity): boolean {
  return identify(process.pid)?.startTime === process.startTime
}

export interface MarkedProcess extends ProcessIdentity {
  readonly name: string
}

/** Every living process that carries the mark of this sandbox, whoever recorded it. */
export function findMarked(sandboxId: string): MarkedProcess[] {
  const prefix = `${PROCESS_MARK}=${sandboxId}/`
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      const name = markOf(entry, prefix)
      const identity = name === undefined ? undefined : identify(Number(entry))
      return name === undefined || identity === undefined ? [] : [{ ...identity, name }]
    })
}

function markOf(pid: string, prefix: string): string | undefined {
  try {
    const mark = readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .find((entry) => entry.startsWith(prefix))
    return mark?.slice(prefix.length)
  } catch {
    return undefined // somebody else's process, or gone since
  }
}
