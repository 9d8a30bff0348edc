// What a process uses, as the kernel counts it.
import { readFile } from 'node:fs/promises'

export interface Memory {
  /** Bytes in memory, files that others map as well among them. */
  readonly resident: number
  /** Bytes that are its own: what a limit is about. */
  readonly anonymous: number
}

/** From /proc/<pid>/status; zeros where it is gone. */
export function parseMemory(status: string): Memory {
  const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1024
  return { resident: bytes('VmRSS'), anonymous: bytes('RssAnon') }
}

export const memoryOf = async (pid: number): Promise<Memory> => parseMemory(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''))
