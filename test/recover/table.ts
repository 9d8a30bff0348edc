// The table of the README, made of the scenarios and of what their last run said, and of nothing else.
import type { Results } from './results.ts'

export interface TableRow {
  readonly id: string
  readonly title: string
  /** Of the diagnosis. */
  readonly state: string
  readonly on?: readonly string[]
}

export const RELEASES = ['2.7.3', '2.9.2'] as const

const BEGIN = '<!-- made by npm run test:recover; begin -->'
const END = '<!-- made by npm run test:recover; end -->'

const line = (words: readonly string[]): string => `| ${words.join(' | ')} |`

function cell({ id, on }: TableRow, flux: string, results: Results): string {
  if (on !== undefined && !on.includes(flux)) return '–'
  const said = results[id]?.[flux]
  if (said === undefined) return '– not run'
  if (!said.found) return '✗ not found'
  return said.healed === undefined ? '✔ found' : said.healed ? '✔ found, healed' : '✔ found, ✗ not healed'
}

/** A scenario without a result has not run; a result without a scenario is of one that is gone. */
export function tableOf(rows: readonly TableRow[], results: Results): string {
  const body = rows.map((row) => [
    row.title.replaceAll('|', '\\|'),
    `[\`${row.state}\`](runbooks/recover/README.md#${row.state})`,
    ...RELEASES.map((flux) => cell(row, flux, results)),
  ])
  const ran = rows.flatMap(({ id }) => Object.values(results[id] ?? {}).map((one) => one.ran)).sort()
  const caption = `Real controllers, brought into each of these; last run on ${ran.at(-1) ?? '–'}. –: that release does not come into it, or the sandbox cannot run it.`
  const heads = ['what was done', 'named as', ...RELEASES.map((flux) => `Flux ${flux}`)]
  return [BEGIN, caption, '', line(heads), line(heads.map(() => '---')), ...body.map(line), END].join('\n')
}

/** Throws when the place is not there. */
export function withTable(readme: string, table: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)]
  if (begin === -1 || end < begin) throw new Error(`the README has no place for the table: ${BEGIN} … ${END}`)
  return readme.slice(0, begin) + table + readme.slice(end + END.length)
}
