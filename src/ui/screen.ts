// A screen of a terminal's own: drawn over and over without flicker, gone without a trace. Only lines that changed are written, and none is wider than the terminal.
import { cells, fitted } from './cells.ts'

/** A terminal, as process.stdout is one. */
export interface Terminal {
  readonly columns?: number | undefined
  readonly rows?: number | undefined
  write(text: string): unknown
}

export interface Screen {
  enter(): void
  /** `footer` stands in the last row. Lines that do not fit are left out, and their number is told. */
  draw(lines: readonly string[], footer: string): void
  /** The terminal as it was. May be called at any time, and more than once. */
  leave(): void
}

const ESC = '\u001b['
// Alternate screen; no cursor; no wrapping, so that a line of a width we do not know stays one line.
const ENTER = `${ESC}?1049h${ESC}?25l${ESC}?7l`
const LEAVE = `${ESC}?7h${ESC}?25h${ESC}?1049l`
/** A terminal that knows this shows all of it at once. */
const [BEGIN, END] = [`${ESC}?2026h`, `${ESC}?2026l`]

/** Behind a line that takes the whole row nothing is wiped: that would be its last letter. */
const at = (row: number, text: string, columns: number): string => `${ESC}${row};1H${text}${cells(text) < columns ? `${ESC}K` : ''}`

/** What is shown in each row. */
function rowsOf(lines: readonly string[], footer: string, { columns, rows }: { columns: number; rows: number }): string[] {
  const room = Math.max(0, rows - 1)
  const left = lines.length - room
  const shown = left <= 0 ? [...lines] : [...lines.slice(0, Math.max(0, room - 1)), `… ${left + 1} more lines: a higher window shows them`]
  const filled = [...shown.slice(0, room), ...Array.from({ length: Math.max(0, room - shown.length) }, () => '')]
  return [...filled, footer].map((line) => fitted(line, columns))
}

export function createScreen(terminal: Terminal): Screen {
  let on = false
  let before: readonly string[] = []
  let size = ''
  return {
    enter: () => {
      if (on) return
      on = true
      before = []
      size = ''
      terminal.write(`${ENTER}${ESC}2J`)
    },
    draw: (lines, footer) => {
      if (!on) return
      const { columns = 80, rows = 24 } = terminal
      const now = rowsOf(lines, footer, { columns, rows })
      // What a terminal makes of its lines when it is resized is its own affair.
      const anew = size !== `${columns}x${rows}`
      const changed = now.flatMap((line, row) => (anew || line !== before[row] ? [at(row + 1, line, columns)] : []))
      if (changed.length > 0) terminal.write(`${BEGIN}${anew ? `${ESC}2J` : ''}${changed.join('')}${END}`)
      before = now
      size = `${columns}x${rows}`
    },
    leave: () => {
      if (!on) return
      on = false
      terminal.write(LEAVE)
    },
  }
}
