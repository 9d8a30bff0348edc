// Lines that are typed on a terminal and never shown.

/** The two ends of a terminal, as of `process`. */
export interface Terminal {
  readonly stdin: {
    setRawMode(on: boolean): unknown
    setEncoding(encoding: 'utf8'): unknown
    on(event: 'data', heard: (chunk: string) => void): unknown
    off(event: 'data', heard: (chunk: string) => void): unknown
    resume(): unknown
    pause(): unknown
  }
  readonly stderr: { write(text: string): unknown }
}

const CTRL_C = '\u0003'
const CTRL_D = '\u0004'

/** Ends of a line: Enter is `\r`, and what is pasted may end its lines in two characters. */
const isEnd = (char: string, before: string): boolean => char === '\r' || char === CTRL_D || (char === '\n' && before !== '\r')

/** Backspace takes a whole character, which may be two units long. */
const withChar = (text: string, char: string): string =>
  char === '\u007f' || char === '\b' ? [...text].slice(0, -1).join('') : char === '\n' ? text : text + char

/**
 * An answer to each question, without echo; undefined when it was aborted, or interrupted by Ctrl-C, which `interrupt` is told. The terminal shows nothing from before
 * the first question on until the last answer: somebody is fast, or pastes, and what is typed in between would stand on the screen.
 */
export function typedLines(
  { stdin, stderr }: Terminal,
  questions: readonly string[],
  { signal, interrupt }: { readonly signal: AbortSignal; readonly interrupt: () => void },
): Promise<string[] | undefined> {
  return new Promise((resolve) => {
    const answers: string[] = []
    let [text, before] = ['', '']
    const end = (result: string[] | undefined): void => {
      stdin.off('data', onData)
      signal.removeEventListener('abort', onAbort)
      stdin.setRawMode(false)
      stdin.pause()
      stderr.write('\n')
      resolve(result)
    }
    const onAbort = (): void => end(undefined)
    /** Whether more is to be heard. */
    const heard = (char: string): boolean => {
      if (char === CTRL_C) {
        end(undefined)
        interrupt()
        return false
      }
      if (!isEnd(char, before)) {
        text = withChar(text, char)
        return true
      }
      answers.push(text)
      text = ''
      const question = questions[answers.length]
      if (question === undefined) end(answers)
      else stderr.write(`\n${question}`)
      return question !== undefined
    }
    const onData = (chunk: string): void => {
      for (const char of chunk) {
        const more = heard(char)
        before = char
        if (!more) return
      }
    }
    stdin.setRawMode(true)
    stdin.setEncoding('utf8')
    stdin.on('data', onData)
    stdin.resume()
    signal.addEventListener('abort', onAbort, { once: true })
    stderr.write(questions[0] ?? '')
  })
}
