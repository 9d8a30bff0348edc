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

/** false when interrupted. */
async function askOnTerminal(text: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // readline takes Ctrl-C for itself; it is meant for us.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  try {
    const answer = await Promise.race([terminal.question(`${text} [y/N] `, { signal }), closed])
    return YES.test(answer.trim())
  } catch (error) {
    if (signal.aborted) return false
    throw error
  } finally {
    terminal.close()
  }
}

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
