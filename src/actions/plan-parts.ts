// The parts that plans of every runbook are made of. A plan may come from a file: what is given to a tool out of it cannot be taken for a flag,
// and no path leaves the repository.
import * as z from 'zod'
import { FORGES } from './forge.ts'

export const text = z.string().max(100_000)
export const path = z.string().max(4096)

/** A path below the repository's root: nothing that leaves it and nothing a tool could take for a flag. */
export const inside = path.refine(
  (value) => !value.startsWith('/') && !value.startsWith('-') && !value.split('/').includes('..'),
  'leaves the repository',
)

export const version = z.string().regex(/^\d+\.\d+\.\d+[0-9A-Za-z.+-]*$/)
const refName = z.string().regex(/^[^-\s][^\s]*$/)

/** namespace/name */
export const objectId = z.string().regex(/^[^\s/]+\/[^\s/]+$/)

export const repository = z.strictObject({
  root: path.startsWith('/'),
  head: z.string().regex(/^[0-9a-f]{40,64}$/),
  remote: refName,
  branch: refName,
  url: text,
  source: objectId,
})

/** Where a change is proposed. */
export const pullRequest = z.strictObject({ kind: z.enum(FORGES), url: text, path: text })
