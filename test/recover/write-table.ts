// Puts the table into the README: node test/recover/write-table.ts. `npm run test:recover` does it by itself.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ALONE } from './alone.ts'
import { readResults } from './results.ts'
import type { Place, Scenario } from './scenario.ts'
import { SCENARIOS } from './scenarios/index.ts'
import { type TableRow, tableOf, withTable } from './table.ts'

const README = fileURLToPath(new URL('../../README.md', import.meta.url))

export const readme = (): string => readFileSync(README, 'utf8')

/** Nowhere: only what a scenario says of itself is asked. */
const SSH = { url: '', identity: '', knownHosts: '' }
const NOWHERE: Place = {
  namespace: 'nowhere',
  url: '',
  credential: '',
  otherKey: '',
  path: '',
  registry: '',
  artifact: { url: '', tag: '' },
  charts: '',
  server: '',
  api: '',
  ssh: { ...SSH, stranger: { identity: '', line: '' }, locked: '' },
  moving: SSH,
}

const rowOf = ({ id, title, on, expects }: Scenario): TableRow => ({
  id,
  title,
  state: expects(NOWHERE).state,
  ...(on === undefined ? {} : { on }),
})

export const ROWS: readonly TableRow[] = [...ALONE, ...SCENARIOS.map(rowOf)]

export function writeTable(): void {
  writeFileSync(README, withTable(readme(), tableOf(ROWS, readResults())))
}

if (import.meta.main) writeTable()
