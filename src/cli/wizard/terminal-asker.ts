// Asks on a terminal: a list is moved through with the arrows and narrowed by typing, a text is edited in its line. Keys and redrawing are those of @clack/core.
import type { Key } from 'node:readline'
import { isCancel, Prompt as KeyPrompt, settings } from '@clack/core'
import { createPaint, type Paint } from '../../ui/paint.ts'
import { listLines, moved, narrowed, startAt } from './choice-list.ts'
import { interrupted } from './ending.ts'
import { type Asker, BACK, type Choice, type Parsed, type Prompt } from './model.ts'
import { doneLine, headLines, refusalLines, wrapped } from './prompt-lines.ts'

// Over a slow line an arrow may come in pieces, the first of which is Escape: that must not end everything.
settings.aliases.delete('escape')

const MOST_ROWS = 9
const FEWEST_ROWS = 3

export interface Screen {
  readonly output: NodeJS.WriteStream
  readonly signal: AbortSignal
  readonly color: boolean | undefined
}

class Asked extends KeyPrompt<string> {
  readonly #prompt: Prompt
  readonly #screen: Screen
  readonly #paint: Paint
  #at: number
  #helped = false
  #refusal: Extract<Parsed, { problem: string }> | undefined
  back = false

  constructor(prompt: Prompt, screen: Screen, paint: Paint) {
    super({ render: () => this.#frame(), validate: () => this.#refuse(), output: screen.output, signal: screen.signal }, true)
    this.#prompt = prompt
    this.#screen = screen
    this.#paint = paint
    this.#at = startAt(prompt.choices, prompt.preset)
    let typed = ''
    this.on('userInput', (text) => {
      if (text !== typed && this.#isList && text !== '?' && text !== '<')
        this.#at = text === '' ? startAt(prompt.choices, prompt.preset) : 0
      typed = text
    })
    this.on('key', (char, key) => this.#key(char, key))
  }

  get #isList(): boolean {
    return this.#prompt.choices.length > 0
  }

  get #choices(): readonly Choice[] {
    return narrowed(this.#prompt.choices, this.userInput, this.#prompt.open)
  }

  get #answer(): string {
    if (this.#isList) return this.#choices[this.#at]?.value ?? ''
    return this.userInput.trim() === '' ? (this.#prompt.preset ?? '') : this.userInput
  }

  #key(char: string | undefined, key: Key): void {
    if (key.ctrl && key.name === 'd') this.state = 'cancel'
    if (key.name === 'return') this.value = this.#answer
    if (this.#isList && (key.name === 'up' || key.name === 'down'))
      this.#at = moved({ choices: this.#choices, at: this.#at }, key.name === 'up' ? -1 : 1)
    if (key.name === 'tab' && !this.#isList && this.userInput.trim() === '') {
      this._clearUserInput()
      this._setUserInput(this.#prompt.preset ?? '', true)
    }
    if (char === '?' && this.userInput === '?') {
      this.#helped = !this.#helped
      this._clearUserInput()
    }
    if (char === '<' && this.userInput === '<') {
      this.back = true
      this.state = 'submit'
    }
  }

  #refuse(): string | undefined {
    const parsed = this.#prompt.check(this.value ?? '')
    this.#refusal = 'problem' in parsed ? parsed : undefined
    return this.#refusal?.problem
  }

  /** What is typed, with a bar where the cursor is; else what Enter takes. */
  #line(columns: number): string[] {
    const { preset, choices, optional } = this.#prompt
    const typed = `${this.userInput.slice(0, this._cursor)}▏${this.userInput.slice(this._cursor)}`
    if (choices.length > 0) return this.userInput === '' ? [] : wrapped(`narrowed to: ${typed}`, columns)
    if (this.userInput !== '' || preset === undefined) return wrapped(`› ${typed}`, columns)
    const shown = preset === '' && optional ? '(none)' : (preset ?? '')
    return wrapped(`› ▏${shown}`, columns).map((line) => this.#paint('dim', line))
  }

  #keys(): string {
    const { preset, optional } = this.#prompt
    if (this.#isList) return `↑↓ ${this.#prompt.choices.length > MOST_ROWS ? 'or type ' : ''}to choose, Enter takes it   ? more   < back`
    const enter = preset === undefined ? 'Enter takes it' : 'Enter takes it, Tab to edit it'
    return `${enter}${optional && preset ? ', - for none' : ''}   ? more   < back`
  }

  #frame(): string {
    const { columns, rows } = this.#screen.output
    const { name } = this.#prompt
    if (this.state === 'cancel') return this.#paint('dim', `✗ ${name}`)
    if (this.back) return this.#paint('dim', `< ${name}`)
    if (this.state === 'submit') return doneLine(name, this.#label(this.value ?? ''))
    const refusal = this.state === 'error' && this.#refusal ? refusalLines(this.#refusal, columns, this.#paint) : []
    const around = [...headLines(this.#prompt, this.#helped, columns, this.#paint), ...this.#line(columns), ...refusal]
    const room = Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, rows - around.length - 3))
    const list = this.#isList ? listLines({ choices: this.#choices, at: this.#at }, room, columns) : []
    const marked = list.map((line) => (line.startsWith('  ›') ? this.#paint('cyan', line) : line))
    const none = this.#isList && list.length === 0 ? ['    nothing in the list has this'] : []
    return [...around, ...marked, ...none, this.#paint('dim', `  ${this.#keys()}`)].join('\n')
  }

  #label(value: string): string {
    const label = this.#prompt.choices.find((choice) => choice.value === value)?.label
    const parsed = this.#prompt.check(value)
    return label ?? ('text' in parsed ? parsed.text : value)
  }
}

/** A terminal that does not know its size says 0. */
function sized(output: NodeJS.WriteStream): void {
  if (!output.columns) output.columns = 80
  if (!output.rows) output.rows = 24
}

/** The caller has seen that somebody can be asked. */
export function terminalAsker(screen: Screen): Asker {
  const paint = createPaint({ color: screen.color, stream: screen.output })
  return {
    say: (lines) => {
      sized(screen.output)
      const { columns } = screen.output
      screen.output.write(`${lines.flatMap((line) => wrapped(line, columns, '')).join('\n')}\n`)
    },
    ask: async (prompt) => {
      sized(screen.output)
      const asked = new Asked(prompt, screen, paint)
      const answer = await asked.prompt()
      if (isCancel(answer) || answer === undefined) {
        if (asked.back) return BACK
        throw interrupted()
      }
      return asked.back ? BACK : answer
    },
  }
}
