// Any thrown value -> one OpsError. What is not ours is our bug: exit 70, and a private file with the stack.
import { stripVTControlCharacters } from 'node:util'
import { messageOf, OpsError, usageError } from '../errors.ts'

/** What oclif's parser throws, known without importing oclif. */
interface ParserError extends Error {
  oclif?: { exit?: number }
}

const isParserError = (error: unknown): error is ParserError => error instanceof Error && (error as ParserError).oclif?.exit === 2

const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/^The following errors? occurred:\s*/, ''],
  [/^Parsing (--[^\s;]+)\s*;?\s*/, '$1: '],
  [/Missing required flag (\S+)/g, '--$1 is missing'],
  [/Missing \d+ required args?:?/g, 'missing:'],
  [/Nonexistent flags?: /, 'there is no flag '],
  [/Unexpected arguments?: /, 'not expected here: '],
  [/Expected an integer but received: /, 'a whole number is needed, not '],
]

/** oclif's text as one sentence of ours; its pointer to --help is one of our hints. */
function parserMessage(message: string): string {
  const lines = stripVTControlCharacters(message)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('See more help') && !line.startsWith('Note:') && !line.startsWith('Alternatively,'))
  return PHRASES.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), lines.join('; ').replaceAll(':;', ':'))
}

const ownWords = (message: string): string => parserMessage(message).replace(/^--\S+: /, '')

export interface FailureOptions {
  /** Id of the command, words separated by spaces. */
  readonly command: string | undefined
  /** Keeps the stack; returns where. */
  readonly writeCrashLog: (error: unknown) => string | undefined
}

export function asFailure(error: unknown, { command, writeCrashLog }: FailureOptions): OpsError {
  // A flag's own parse error comes back wrapped in oclif's words.
  if (error instanceof OpsError && error.message.startsWith('Parsing --'))
    return usageError(error.code, ownWords(error.message), ...error.hints)
  if (error instanceof OpsError) return error
  if (isParserError(error)) {
    const hints = [`flux-ops ${command ? `${command} ` : ''}--help`]
    return new OpsError({ code: 'usage', message: parserMessage(error.message), hints, exit: 'usage' })
  }
  if (typeof error === 'string' && error.startsWith('SIG'))
    return new OpsError({ code: 'interrupted', message: `interrupted by ${error}`, hints: ['flux-ops runs list'], exit: 'interrupted' })
  const file = writeCrashLog(error)
  const hints = ['a run that was under way can be taken up again: flux-ops runs list']
  if (file) hints.push(`the same is in ${file}; read it before you send it, it may name your files and hosts`)
  const failure = new OpsError({ code: 'bug', message: messageOf(error), hints, exit: 'bug', cause: error })
  if (error instanceof Error && error.stack) failure.stack = error.stack // where it happened, not where it was caught
  return failure
}
