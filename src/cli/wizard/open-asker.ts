// How this terminal is asked: with a list that is drawn anew, or line by line where nothing can be.
import type { Invocation } from '../invocation.ts'
import { askText } from '../prompt.ts'
import type { OutputFlags } from '../run-flags.ts'
import { lineAsker } from './line-asker.ts'
import type { Asker } from './model.ts'

/** As other programs of the terminal know it. */
const wantsLines = (env: Invocation['env']): boolean => env.TERM === 'dumb' || !['', '0', 'false', undefined].includes(env.ACCESSIBLE)

/** Somebody who only presses Enter, or a terminal that has gone, is not asked for ever. */
const MOST_EMPTY = 20

export async function askerFor({ env, signal }: Invocation, { plain, noColor }: OutputFlags): Promise<Asker> {
  const output = process.stderr
  if (!plain && !wantsLines(env)) {
    const { terminalAsker } = await import('./terminal-asker.ts')
    return terminalAsker({ output, signal, color: noColor ? false : undefined })
  }
  let empty = 0
  const read = async (text: string): Promise<string | undefined> => {
    const typed = await askText(text, signal)
    empty = typed === '' ? empty + 1 : 0
    return signal.aborted || empty > MOST_EMPTY ? undefined : typed
  }
  return lineAsker({ write: (text) => void output.write(text), read, columns: output.columns || 80 })
}
