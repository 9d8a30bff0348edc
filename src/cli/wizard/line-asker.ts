// Asks line by line: for terminals that can only write on, and for who listens instead of looking. Choices have numbers.
import { createPaint } from '../../ui/paint.ts'
import { sanitise } from '../../ui/sanitise.ts'
import { interrupted } from './ending.ts'
import { type Asker, BACK, type Prompt } from './model.ts'
import { doneLine, headLines, refusalLines, wrapped } from './prompt-lines.ts'

export interface Lines {
  write(text: string): void
  /** A line that is typed; undefined when nothing more will come. */
  read(text: string): Promise<string | undefined>
  readonly columns: number
}

const paint = createPaint({ color: false })

const numbered = ({ choices }: Prompt): string[] =>
  choices.map(({ label, detail }, index) => `  ${index + 1} ${sanitise(label)}${detail === undefined ? '' : `  ${sanitise(detail)}`}`)

const suggestion = ({ choices, preset }: Prompt): string => {
  if (preset === undefined) return ''
  const at = choices.findIndex(({ value }) => value === preset)
  return ` [${at === -1 ? sanitise(preset === '' ? 'none' : preset) : at + 1}]`
}

/** A number is a place in the list, unless it is an answer itself. */
const meant = ({ choices, preset }: Prompt, typed: string): string => {
  if (typed === '') return preset ?? ''
  const byNumber = /^\d{1,4}$/.test(typed) ? choices[Number(typed) - 1]?.value : undefined
  return choices.find(({ value, label }) => value === typed || label === typed)?.value ?? byNumber ?? typed
}

export const lineAsker = ({ write, read, columns }: Lines): Asker => ({
  say: (lines) => write(`${lines.flatMap((line) => wrapped(line, columns, '')).join('\n')}\n`),
  ask: async (prompt) => {
    write(`${[...headLines(prompt, false, columns, paint), ...numbered(prompt)].join('\n')}\n`)
    for (;;) {
      const typed = (await read(`  ? more, < back${suggestion(prompt)} `))?.trim()
      if (typed === undefined) throw interrupted()
      if (typed === '<') return BACK
      if (typed === '?') {
        write(`${prompt.help.flatMap((line) => wrapped(line, columns)).join('\n')}\n`)
        continue
      }
      const answer = meant(prompt, typed)
      const parsed = prompt.check(answer)
      if ('text' in parsed) {
        write(`${doneLine(prompt.name, prompt.choices.find(({ value }) => value === answer)?.label ?? parsed.text)}\n`)
        return answer
      }
      write(`${refusalLines(parsed, columns, paint).join('\n')}\n`)
    }
  },
})
