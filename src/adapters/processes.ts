// Whether a process that wrote its pid down is still the same process.
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'

export interface ProcessMark {
  readonly host: string
  readonly pid: number
  /** Ticks since boot when it started, where the system tells (Linux); '' elsewhere. */
  readonly started: string
}

/** Field 22 of /proc/<pid>/stat; the name in field 2 may hold spaces and brackets. */
const startOf = async (pid: number): Promise<string> => {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

export const markOf = async (pid: number): Promise<ProcessMark> => ({ host: hostname(), pid, started: await startOf(pid) })

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** `elsewhere`: it ran on another host and cannot be asked. A pid that was given to a newer process counts as gone. */
export const whereabouts = async (mark: ProcessMark): Promise<'alive' | 'gone' | 'elsewhere'> => {
  if (mark.host !== hostname()) return 'elsewhere'
  if (!exists(mark.pid)) return 'gone'
  const now = await startOf(mark.pid)
  return mark.started !== '' && now !== '' && now !== mark.started ? 'gone' : 'alive'
}
