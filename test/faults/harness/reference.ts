// The run that was not killed: what it passed, and the end that every other has to reach. Once for each style and vitest run.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fixture } from '../../runbooks/fixture.ts'
import { type EndState, endState } from './end-state.ts'
import type { Seen } from './points.ts'
import { ride } from './ride.ts'

export interface Reference {
  readonly end: EndState
  readonly seen: readonly Seen[]
}

/** Leaves the sandbox as it is after `args`, unless the reference is known: then it is not touched. */
export async function reference(
  sandbox: Fixture,
  name: string,
  args: readonly string[],
  tokenOf: (runId: string) => string = (runId) => runId,
): Promise<Reference & { readonly fresh: boolean }> {
  const file = join(sandbox.paths.dir, `reference-${name}.json`)
  const known = await readFile(file, 'utf8').catch(() => undefined)
  if (known !== undefined) return { ...(JSON.parse(known) as Reference), fresh: false }
  const { runId, last } = await ride(sandbox.paths, args, [])
  const made: Reference = { end: await endState(sandbox, runId, tokenOf(runId)), seen: last.seen }
  await writeFile(file, JSON.stringify(made))
  return { ...made, fresh: true }
}
