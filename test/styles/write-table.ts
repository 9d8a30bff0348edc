// Puts the table into the README: node test/styles/write-table.ts. `npm run test:styles` does it by itself.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readResults } from './results.ts'
import { STYLES } from './styles.ts'
import { tableOf, withTable } from './table.ts'

const README = fileURLToPath(new URL('../../README.md', import.meta.url))

export const readme = (): string => readFileSync(README, 'utf8')

export function writeTable(): void {
  writeFileSync(README, withTable(readme(), tableOf(STYLES, readResults())))
}

if (import.meta.main) writeTable()
