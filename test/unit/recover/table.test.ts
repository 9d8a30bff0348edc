import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type Results, readResults, record } from '../../recover/results.ts'
import { type TableRow, tableOf, withTable } from '../../recover/table.ts'
import { ROWS, readme } from '../../recover/write-table.ts'

const folder = mkdtempSync(join(tmpdir(), 'flux-ops-recover-'))
afterAll(() => rmSync(folder, { recursive: true }))

const ROW: TableRow = { id: 'one', title: 'a | b', state: 'build-failed' }
const lineOf = (results: Results, row = ROW): string =>
  tableOf([row], results)
    .split('\n')
    .find((line) => line.includes('build-failed')) ?? ''

const ran = '2026-01-02'

describe('the table of what was provoked', () => {
  test('in the README is the one that the results give; node test/recover/write-table.ts writes it', () => {
    expect(withTable(readme(), tableOf(ROWS, readResults()))).toBe(readme())
  })

  test('has a row for at least thirty scenarios, each once', () => {
    expect(ROWS.length).toBeGreaterThanOrEqual(30)
    expect(new Set(ROWS.map(({ id }) => id)).size).toBe(ROWS.length)
  })

  test('says of each release whether it was found, and whether it was healed where that was tried', () => {
    expect(lineOf({})).toBe('| a \\| b | [`build-failed`](runbooks/recover/README.md#build-failed) | – not run | – not run |')
    expect(lineOf({ one: { '2.7.3': { found: true, ran }, '2.9.2': { found: false, ran } } })).toMatch(/\| ✔ found \| ✗ not found \|$/)
    expect(lineOf({ one: { '2.7.3': { found: true, healed: true, ran }, '2.9.2': { found: true, healed: false, ran } } })).toMatch(
      /\| ✔ found, healed \| ✔ found, ✗ not healed \|$/,
    )
  })

  test('says nothing of a release that does not come into it', () => {
    expect(lineOf({ one: { '2.9.2': { found: true, ran } } }, { ...ROW, on: ['2.9.2'] })).toMatch(/\| – \| ✔ found \|$/)
  })

  test('goes between its marks and leaves the rest of the text alone', () => {
    const table = tableOf([ROW], {})
    const [begin = '', end = ''] = [table.split('\n')[0], table.split('\n').at(-1)]

    expect(withTable(`before\n${begin}\nold\n${end}\nafter\n`, table)).toBe(`before\n${table}\nafter\n`)
    expect(() => withTable('a text without marks', table)).toThrow('no place for the table')
  })
})

test('a result keeps what was said of other scenarios, other releases and other parts', () => {
  record('a', 'one', '2.7.3', { found: true }, folder)
  record('a', 'one', '2.9.2', { found: false }, folder)
  record('a', 'one', '2.7.3', { healed: true }, folder)
  record('b', 'two', '2.9.2', { found: true }, folder)

  expect(readResults(folder)).toEqual({
    one: {
      '2.7.3': { found: true, healed: true, ran: expect.any(String) },
      '2.9.2': { found: false, ran: expect.any(String) },
    },
    two: { '2.9.2': { found: true, ran: expect.any(String) } },
  })
})
