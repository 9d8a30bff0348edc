import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { beginRow, COLUMNS, type Column, emptyRow, type Results, readResults, record } from '../../styles/results.ts'
import { STYLES } from '../../styles/styles.ts'
import { tableOf, withTable } from '../../styles/table.ts'
import { readme } from '../../styles/write-table.ts'

const folder = mkdtempSync(join(tmpdir(), 'flux-ops-styles-'))
const file = join(folder, 'results.json')
afterAll(() => rmSync(folder, { recursive: true }))

const NOTHING: Results = { from: '1.0.0', to: '2.0.0', rows: {} }
const ONE = [{ style: 'pin', title: 'a pin' }] as const
const rowsOf = (results: Results): string[] =>
  tableOf(ONE, results)
    .split('\n')
    .filter((line) => line.startsWith('| a pin'))
const done = (column: Column): Results => ({
  ...NOTHING,
  rows: { pin: { ...emptyRow('2026-01-02'), cells: { ...emptyRow('2026-01-02').cells, [column]: { outcome: 'done', seconds: 12.34 } } } },
})

describe('the table of styles', () => {
  test('in the README is the one that the results give; node test/styles/write-table.ts writes it', () => {
    expect(withTable(readme(), tableOf(STYLES, readResults()))).toBe(readme())
  })

  test('shows a style that never ran without a single ✔', () => {
    expect(rowsOf(NOTHING)).toEqual(['| a pin | – not run | – not run | – not run | – not run | – not run | – |'])
  })

  test.each(COLUMNS)('shows %s as done and the others as not run where nothing else was run', (column) => {
    const [row = ''] = rowsOf(done(column))

    expect(row.match(/✔ 12 s/g)).toHaveLength(1)
    expect(row.match(/– not run/g)).toHaveLength(COLUMNS.length - 1)
    expect(row.split(' | ').indexOf('✔ 12 s')).toBe(COLUMNS.indexOf(column) + 1)
  })

  test('says why a cell failed, on one line and in one cell', () => {
    const results = done('plan')
    results.rows.pin = { ran: '2026-01-02', cells: { ...emptyRow('').cells, upgrade: { outcome: 'failed', why: 'exit 1:\n a | b' } } }

    expect(rowsOf(results)[0]).toContain('| ✗ exit 1: a \\| b |')
  })

  test('goes between its marks and leaves the rest of the text alone', () => {
    const table = tableOf(ONE, NOTHING)
    const [begin = '', end = ''] = [table.split('\n')[0], table.split('\n').at(-1)]

    expect(withTable(`before\n${begin}\nold\n${end}\nafter\n`, table)).toBe(`before\n${table}\nafter\n`)
    expect(() => withTable('a text without marks', table)).toThrow('no place for the table')
  })
})

describe('the results', () => {
  beforeEach(() => writeFileSync(file, JSON.stringify(NOTHING)))

  test('of a style are gone when it is run again', () => {
    beginRow('pin', '2026-01-02', file)
    record('pin', 'plan', { outcome: 'done', seconds: 1 }, file)

    beginRow('pin', '2026-01-03', file)

    expect(readResults(file).rows.pin).toEqual(emptyRow('2026-01-03'))
  })

  test('keep what other cells and other styles said', () => {
    beginRow('bootstrap', '2026-01-02', file)
    beginRow('pin', '2026-01-02', file)
    record('pin', 'plan', { outcome: 'done', seconds: 1 }, file)

    record('pin', 'upgrade', { outcome: 'failed', why: 'exit 1' }, file)

    expect(readResults(file).rows.pin?.cells).toMatchObject({ plan: { outcome: 'done' }, upgrade: { outcome: 'failed' } })
    expect(readResults(file).rows.bootstrap).toEqual(emptyRow('2026-01-02'))
  })

  test.each([
    ['done without a time', { outcome: 'done' }],
    ['an outcome that is none', { outcome: 'passed', seconds: 1 }],
  ])('are refused with %s', (_what, cell) => {
    const row = { ran: '2026-01-02', cells: { ...emptyRow('').cells, plan: cell } }
    writeFileSync(file, JSON.stringify({ ...NOTHING, rows: { pin: row } }))

    expect(() => readResults(file)).toThrow()
  })
})
