// Ends what carries the sandbox's mark, newest first, whether or not it was recorded: a parent that was killed leaves children behind.
import { findMarked, type MarkedProcess } from './process-identity.ts'
import { endProcess } from './processes.ts'

/** Ends every marked process that `keep` does not want; returns how many there were. */
export async function endMarked(
  sandboxId: string,
  keep: (process: MarkedProcess) => boolean = () => false,
  graceMs = 10_000,
): Promise<number> {
  const found = findMarked(sandboxId).filter((process) => !keep(process))
  await Promise.all(found.map((process) => endProcess(process, graceMs)))
  return found.length
}
