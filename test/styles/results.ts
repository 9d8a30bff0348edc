// What a run of the cells said. A row begins with nothing: a cell that does not come to its end has no result, and says so.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'

export const COLUMNS = ['plan', 'upgrade', 'kill', 'rollback', 'rehearsal'] as const
export type Column = (typeof COLUMNS)[number]

const cell = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('done'), seconds: z.number().positive(), note: z.string().exactOptional() }),
  z.strictObject({ outcome: z.literal('failed'), why: z.string() }),
  z.strictObject({ outcome: z.literal('none'), why: z.string() }),
])
const row = z.strictObject({ ran: z.iso.date(), cells: z.record(z.enum(COLUMNS), cell) })
const results = z.strictObject({ from: z.string(), to: z.string(), rows: z.record(z.string(), row) })

export type Cell = z.infer<typeof cell>
export type Row = z.infer<typeof row>
export type Results = z.infer<typeof results>

export const FILE = fileURLToPath(new URL('./results.json', import.meta.url))

export const NOT_RUN: Cell = { outcome: 'none', why: 'not run' }

export const emptyRow = (ran: string): Row => ({
  ran,
  cells: { plan: NOT_RUN, upgrade: NOT_RUN, kill: NOT_RUN, rollback: NOT_RUN, rehearsal: NOT_RUN },
})

export const readResults = (file = FILE): Results => results.parse(JSON.parse(readFileSync(file, 'utf8')))

const writeResults = (made: Results, file: string): void => writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`)

/** What an earlier run said of this style is gone from here on. */
export function beginRow(style: string, ran: string, file = FILE): void {
  const made = readResults(file)
  writeResults({ ...made, rows: { ...made.rows, [style]: emptyRow(ran) } }, file)
}

export function record(style: string, column: Column, said: Cell, file = FILE): void {
  const made = readResults(file)
  const begun = made.rows[style]
  if (begun === undefined) throw new Error(`the row ${style} was not begun`)
  writeResults({ ...made, rows: { ...made.rows, [style]: { ...begun, cells: { ...begun.cells, [column]: said } } } }, file)
}
