// Version, help and completion from texts that the build made out of the real ones. undefined: the real ones have to answer.
import { readFileSync } from 'node:fs'
import pjson from '../../../package.json' with { type: 'json' }
import { type CompletionTable, complete } from './complete.ts'

export interface HelpTexts {
  /** Words of the command, joined by spaces ('' is the program itself) -> its help at 80 columns. */
  readonly plain: Readonly<Record<string, string>>
  readonly colored: Readonly<Record<string, string>>
}

export interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
}

/** As oclif words it. In kept texts the mark stands for it: they may be read by another Node than the one that built them. */
export const userAgent = (): string => `${pjson.name}/${pjson.version} ${process.platform}-${process.arch} node-${process.version}`
export const USER_AGENT_MARK = '{{user agent}}'

const VERSION = ['--version', '-v', 'version']
const HELP = ['--help', '-h']

/** Files that the build puts beside the program; from source there are none. */
const built = <T>(name: string): T | undefined => {
  try {
    return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as T
  } catch {
    return undefined
  }
}

export const wantsColor = (env: NodeJS.ProcessEnv, terminal: Terminal): boolean => {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false'
  return terminal.isTTY === true && env.TERM !== 'dumb'
}

/** The words whose help is asked for: `[]`, `upgrade plan --help`, `help upgrade`. undefined when this is no plain question for help. */
export const helpSubject = (argv: readonly string[]): string | undefined => {
  const words = argv[0] === 'help' ? argv.slice(1) : argv.filter((arg) => !HELP.includes(arg))
  const isAsked = argv.length === 0 || argv[0] === 'help' || words.length < argv.length
  return isAsked && words.every((word) => /^[a-z][a-z-]*$/.test(word)) ? words.join(' ') : undefined
}

const helpText = (argv: readonly string[], env: NodeJS.ProcessEnv, terminal: Terminal): string | undefined => {
  const subject = helpSubject(argv)
  const isNarrow = terminal.isTTY === true && (terminal.columns ?? 80) < 80
  if (subject === undefined || isNarrow || env.OCLIF_COLUMNS) return undefined
  const texts = built<HelpTexts>('./help.json')?.[wantsColor(env, terminal) ? 'colored' : 'plain']
  return texts !== undefined && Object.hasOwn(texts, subject) ? texts[subject]?.replaceAll(USER_AGENT_MARK, userAgent()) : undefined
}

export const answerFromText = (argv: readonly string[], env: NodeJS.ProcessEnv, terminal: Terminal): string | undefined => {
  const [first] = argv
  if (argv.length === 1 && first !== undefined && VERSION.includes(first)) return `${userAgent()}\n`
  if (first === '__complete') {
    const table = built<CompletionTable>('./completion.json')
    return table === undefined ? ':1\n' : complete(table, argv.slice(1))
  }
  return helpText(argv, env, terminal)
}
