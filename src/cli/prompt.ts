// Questions go to stderr and are answered on a terminal, or not at all: silence is never a yes.
import { createInterface } from 'node:readline/promises'
import type { Question } from '../engine/run-options.ts'
import { usageError } from '../errors.ts'

export interface PromptOptions {
  readonly signal: AbortSignal
  readonly json: boolean
  /** Ends live drawing first: two writers on one terminal garble each other. */
  readonly beforeAsking: () => void
}

export const canAsk = (json: boolean): boolean => !json && process.stdin.isTTY === true && process.stderr.isTTY === true

const YES = /^(y|yes)$/i

/** '' when interrupted. */
async function answerOnTerminal(text: string, signal: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // readline takes Ctrl-C for itself; it is meant for us.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  try {
    return (await Promise.race([terminal.question(text, { signal }), closed])).trim()
  } catch (error) {
    if (signal.aborted) return ''
    throw error
  } finally {
    terminal.close()
  }
}

/** false when interrupted. */
const askOnTerminal = async (text: string, signal: AbortSignal): Promise<boolean> =>
  YES.test(await answerOnTerminal(`${text} [y/N] `, signal))

/** What a person types, or '' when interrupted. The caller has seen that somebody can be asked. */
export const askText = (text: string, signal: AbortSignal): Promise<string> => answerOnTerminal(text, signal)

export const createPrompt =
  ({ signal, json, beforeAsking }: PromptOptions) =>
  async (question: Question): Promise<boolean> => {
    beforeAsking()
    if (!canAsk(json))
      throw usageError(
        'needs-yes',
        'nobody can be asked here: needs --yes or a terminal',
        '--yes to go on without asking',
        '--dry-run to only look',
      )
    return askOnTerminal(question.text, signal)
  }

/** A yes-or-no of the command line itself; false where nobody can be asked. */
export const askYesNo = async (text: string, { signal, json }: { signal: AbortSignal; json: boolean }): Promise<boolean> =>
  canAsk(json) && !signal.aborted && askOnTerminal(text, signal)
