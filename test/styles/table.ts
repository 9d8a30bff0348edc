// The table of the README, made of the results and of nothing else.
import { type Cell, COLUMNS, type Column, NOT_RUN, type Results } from './results.ts'
import type { StyleRow } from './styles.ts'

const BEGIN = '<!-- made by npm run test:styles; begin -->'
const END = '<!-- made by npm run test:styles; end -->'

const HEADS: Readonly<Record<Column, string>> = {
  plan: 'plan',
  upgrade: 'upgrade',
  kill: 'kill + resume',
  rollback: 'rollback',
  rehearsal: 'rehearsal',
}

const MARKS = { failed: '✗', none: '–' } as const

const shownSeconds = (seconds: number): string => `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`

const shown = (cell: Cell): string =>
  cell.outcome === 'done'
    ? `✔ ${cell.note === undefined ? '' : `${cell.note}, `}${shownSeconds(cell.seconds)}`
    : `${MARKS[cell.outcome]} ${cell.why.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')}`

const line = (words: readonly string[]): string => `| ${words.join(' | ')} |`

/** A style without a row has not run; a row without a style is of one that is gone. */
export function tableOf(styles: readonly Pick<StyleRow, 'style' | 'title'>[], { from, to, rows }: Results): string {
  const heads = ['style', ...COLUMNS.map((column) => HEADS[column]), 'run on']
  const body = styles.map(({ style, title }) => {
    const row = rows[style]
    return [title, ...COLUMNS.map((column) => shown(row?.cells[column] ?? NOT_RUN)), row?.ran ?? '–']
  })
  const caption = `${from} → ${to} on the sandbox: real API server, real controllers, real git.`
  return [BEGIN, caption, '', line(heads), line(heads.map(() => '---')), ...body.map(line), END].join('\n')
}

/** Throws when the place is not there. */
export function withTable(readme: string, table: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)]
  if (begin === -1 || end < begin) throw new Error(`the README has no place for the table: ${BEGIN} … ${END}`)
  return readme.slice(0, begin) + table + readme.slice(end + END.length)
}
