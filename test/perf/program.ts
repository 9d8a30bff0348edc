// The built program as a person starts it: by its launcher, which gives Node its options.
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

export const PROGRAM = fileURLToPath(new URL('../../bin/flux-ops.js', import.meta.url))

/** A PATH on which the launcher finds the Node that runs the benchmark. */
export const pathWithNode = (path = process.env.PATH ?? ''): string => `${dirname(process.execPath)}:${path}`

/** What the launcher gives Node, for a part of the program that a benchmark starts by itself. */
export async function nodeOptions(): Promise<string[]> {
  const options = /exec node ((?:--\S+ )*)"\$0"/.exec(await readFile(PROGRAM, 'utf8'))?.[1]
  if (options === undefined) throw new Error(`${PROGRAM} does not start Node in the way that is known here`)
  return options.trim().split(' ').filter(Boolean)
}
