// Completion in Cobra's `__complete` protocol, which kubectl and flux speak with their plugins: candidates, then a line with a directive.

export interface FlagCompletion {
  readonly char?: string
  readonly about: string
  readonly takes: 'nothing' | 'text' | 'file' | readonly string[]
}

export interface CommandCompletion {
  readonly about: string
  readonly flags: Readonly<Record<string, FlagCompletion>>
}

/** Command or topic, its words joined by spaces -> what is known of it. A topic that is no command has no flags. */
export type CompletionTable = Readonly<Record<string, CommandCompletion>>

/** Directives of Cobra: what the shell is to do beside showing the candidates. */
const FILES = 0
const NO_FILES = 4

type Candidate = readonly [word: string, about: string]

const answer = (candidates: readonly Candidate[], prefix: string, directive: number): string => {
  const lines = candidates.filter(([word]) => word.startsWith(prefix)).map(([word, about]) => (about === '' ? word : `${word}\t${about}`))
  return [...lines, `:${directive}`, ''].join('\n')
}

const findFlag = (command: CommandCompletion | undefined, word: string): FlagCompletion | undefined => {
  const flags = command?.flags ?? {}
  if (word.startsWith('--')) return Object.hasOwn(flags, word.slice(2)) ? flags[word.slice(2)] : undefined
  return Object.values(flags).find(({ char }) => char !== undefined && word === `-${char}`)
}

/** The command that `words` name, and the flag whose value comes next. Words behind a command without children are its arguments. */
const locate = (
  table: CompletionTable,
  words: readonly string[],
): { name: string; awaiting: FlagCompletion | undefined; known: boolean } => {
  let name = ''
  let known = true
  let awaiting: FlagCompletion | undefined
  for (const word of words) {
    if (awaiting !== undefined) awaiting = undefined
    else if (word.startsWith('-')) {
      const flag = findFlag(table[name], word)
      awaiting = flag?.takes === 'nothing' ? undefined : flag
    } else {
      const longer = name === '' ? word : `${name} ${word}`
      if (Object.hasOwn(table, longer)) name = longer
      else known = false
    }
  }
  return { name, awaiting, known }
}

const children = (table: CompletionTable, name: string): Candidate[] => {
  const start = name === '' ? '' : `${name} `
  return Object.entries(table)
    .filter(([key]) => key !== '' && key.startsWith(start) && !key.slice(start.length).includes(' ') && key !== name)
    .map(([key, { about }]): Candidate => [key.slice(start.length), about])
}

/** @param args the words typed so far; the last is the one to complete, '' when it is not begun */
export const complete = (table: CompletionTable, args: readonly string[]): string => {
  const words = args.slice(0, -1)
  const typed = args.at(-1) ?? ''
  const { name, awaiting, known } = locate(table, words)
  if (words.includes('--')) return answer([], typed, NO_FILES)
  if (awaiting !== undefined) {
    const { takes } = awaiting
    return typeof takes === 'string'
      ? answer([], typed, takes === 'file' ? FILES : NO_FILES)
      : answer(
          takes.map((word) => [word, '']),
          typed,
          NO_FILES,
        )
  }
  if (typed.startsWith('-')) {
    const flags = Object.entries(table[name]?.flags ?? {}).map(([flag, { about }]): Candidate => [`--${flag}`, about])
    return answer(flags, typed, NO_FILES)
  }
  return answer(known ? children(table, name) : [], typed, NO_FILES)
}
