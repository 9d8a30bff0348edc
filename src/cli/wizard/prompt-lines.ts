// The words around a question, safe to draw and broken into lines that fit.
import { cells } from '../../ui/cells.ts'
import type { Paint } from '../../ui/paint.ts'
import { sanitise } from '../../ui/sanitise.ts'
import type { Prompt } from './model.ts'

const INDENT = '  '

/** Words that are longer than a line are left for the terminal to break: an address must stay one word. What begins with a name and a gap goes on below the gap. */
export function wrapped(text: string, columns: number, indent = INDENT): string[] {
  const clean = sanitise(text)
  if (cells(indent + clean) <= columns) return [indent + clean]
  const lead = /^(?:\S+ {2,}| *)/.exec(clean)?.[0] ?? ''
  const lines: string[] = []
  let line = ''
  for (const word of clean.slice(lead.length).split(/ +/)) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && cells(indent + lead + longer) > columns) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line].map((each, index) => indent + (index === 0 ? lead : ' '.repeat(cells(lead))) + each)
}

/** Marks of a note in the colour that they have elsewhere. */
function painted(line: string, paint: Paint): string {
  const mark = /^\s*(?:Flux +)?([⚠✗?])\s/.exec(line)?.[1]
  return mark === undefined ? line : paint(mark === '✗' ? 'red' : 'yellow', line)
}

/** Question, why it is asked, and what was found out. */
export function headLines({ ask, why, notes, help }: Prompt, withHelp: boolean, columns: number, paint: Paint): string[] {
  return [
    '',
    ...wrapped(ask, columns, '').map((line) => paint('bold', line)),
    ...wrapped(why, columns).map((line) => paint('dim', line)),
    ...notes.flatMap((note) => wrapped(note, columns)).map((line) => painted(line, paint)),
    ...(withHelp ? help.flatMap((line) => wrapped(line, columns)).map((line) => paint('cyan', line)) : []),
  ]
}

export const refusalLines = (refusal: { readonly problem: string; readonly hint: string }, columns: number, paint: Paint): string[] => [
  ...wrapped(`✗ ${refusal.problem}`, columns).map((line) => paint('red', line)),
  ...wrapped(`→ ${refusal.hint}`, columns),
]

const NAME = 12

export const doneLine = (name: string, answer: string): string => `✔ ${name.padEnd(NAME)}${sanitise(answer === '' ? 'none' : answer)}`
