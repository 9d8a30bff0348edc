// The end of this very process by SIGKILL: no handler, no finally, no flush. Whatever it has started lives on.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'

export function die(): never {
  process.kill(process.pid, 'SIGKILL')
  for (;;); // not one more turn of the event loop
}

const ticked = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Children of this process, as the kernel lists them. */
const children = (): string[] => readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean)

const temporary = (path: string): boolean => {
  try {
    return readdirSync(dirname(path)).some((name) => name.startsWith(`.${basename(path)}.`) && name.endsWith('.tmp'))
  } catch {
    return false
  }
}

export type Effect = 'process' | 'request' | { readonly file: string }

/** Whether the effect can be seen to have begun. */
function sign(effect: Effect): () => boolean {
  if (effect === 'process') {
    const before = new Set(children())
    return () => children().some((pid) => !before.has(pid))
  }
  if (effect !== 'request') return () => temporary(effect.file)
  let turns = 0 // the request is handed to the socket within the first turns of the loop; its answer takes milliseconds
  return () => ++turns > 20
}

/** Starts `work` and ends the process while it is under way, or as soon as it is over when it was too quick to be caught. */
export async function dieDuring<T>(effect: Effect, work: () => Promise<T>): Promise<never> {
  const begun = sign(effect)
  let over = false
  const end = (): void => {
    over = true
  }
  work().then(end, end)
  while (!over && !begun()) await ticked()
  die()
}
