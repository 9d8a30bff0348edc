// Each cell of the table in the README, on the sandbox: `npm run test:styles`. What it says is written down, and the table made of it.
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest'
import { type Fixture, fixture } from '../runbooks/fixture.ts'
import { type Cells, cellsOf, type Told } from './cells.ts'
import { beginRow, type Cell, type Column, record } from './results.ts'
import { STYLES } from './styles.ts'
import { writeTable } from './write-table.ts'

const today = (): string => new Date().toISOString().slice(0, 10)

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''

const NOT_THERE: Cell = { outcome: 'none', why: 'not there yet' }

const done = (told: Told): Cell => (told === undefined ? NOT_THERE : { outcome: 'done', ...told })

describe.each(STYLES)('style $style', (row) => {
  let sandbox: Fixture
  let cells: Cells

  beforeAll(async () => {
    beginRow(row.style, today())
    sandbox = await fixture(row.style)
    cells = cellsOf(sandbox, row)
  })
  afterAll(async () => {
    writeTable()
    await sandbox?.remove()
  })

  /** A cell is done when its work has come to the end without a throw, and in no other case. */
  const cell =
    (column: Column) =>
    async ({ skip }: TestContext): Promise<void> => {
      const told = await cells[column]().catch((error: unknown) => {
        record(row.style, column, { outcome: 'failed', why: firstLine(error) })
        throw error
      })
      const said = done(told)
      record(row.style, column, said)
      if (said.outcome === 'none') skip(said.why)
      expect(said.outcome).toBe('done')
    }

  test('is planned, and nothing is changed', cell('plan'))
  test('is rehearsed, and nothing is changed', cell('rehearsal'))
  test('is upgraded: one commit, one push, every object reconciled', cell('upgrade'))
  test('is taken back to the images and the files of before', cell('rollback'))
  test('is upgraded to the same end when it is killed again and again and taken up each time', async (context) => {
    await sandbox.reset()
    await cell('kill')(context)
  })
})
