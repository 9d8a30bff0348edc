// What a run said of each scenario, one file for each file of tests: two of them run at the same time. A scenario begins as missed.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'

const entry = z.strictObject({
  /** Whether its cause was named, and nothing else. */
  found: z.boolean(),
  /** Whether it was ready after what a person puts right and the safe fixes; left out where that was not tried. */
  healed: z.boolean().exactOptional(),
  ran: z.iso.date(),
})
const results = z.record(z.string(), z.record(z.string(), entry))

type Entry = z.infer<typeof entry>
/** By scenario and release of Flux. */
export type Results = z.infer<typeof results>

export const FOLDER = fileURLToPath(new URL('./results', import.meta.url))

const readFile = (file: string): Results => {
  try {
    return results.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}

export function readResults(folder = FOLDER): Results {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  const merged: Results = {}
  for (const [id, own] of files.flatMap((name) => Object.entries(readFile(join(folder, name))))) merged[id] = { ...merged[id], ...own }
  return merged
}

const today = (): string => new Date().toISOString().slice(0, 10)

/** `part`: name of the file of tests. */
export function record(part: string, id: string, flux: string, said: Partial<Omit<Entry, 'ran'>>, folder = FOLDER): void {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${part}.json`)
  const made = readFile(file)
  const known: Partial<Entry> = made[id]?.[flux] ?? {}
  const own = { ...made[id], [flux]: { found: false, ...known, ...said, ran: today() } }
  const sorted = Object.entries({ ...made, [id]: own }).sort(([one], [other]) => one.localeCompare(other))
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`)
}
