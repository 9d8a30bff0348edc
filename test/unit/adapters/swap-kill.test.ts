// The process is ended at each kind of call that a swap makes, early, in the middle and late, between two calls and within one.
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type SwapCounts, swapSealed } from '../../../src/actions/keys/swap-files.ts'
import { sideBySide } from '../../../src/actions/side-by-side.ts'
import { localFiles } from '../../../src/adapters/files.ts'
import { changesOf, type Folder, type Found, fillFolder, lookInto } from './sealed-folder.ts'
import type { SwapJob } from './swap-process.ts'
import { runSwap } from './swap-process-run.ts'

const FILES = 200
const roots: string[] = []
afterAll(() => Promise.all(roots.map((root) => rm(root, { recursive: true, force: true }))))

async function openFolder(): Promise<Folder> {
  const path = mkdtempSync(join(tmpdir(), 'flux-ops-kill-'))
  roots.push(path)
  const folder = { path, files: FILES, bytes: 300 }
  await fillFolder(folder)
  return folder
}

type Death = NonNullable<SwapJob['die']>

/** Every kind of call, at four of its times, before it and while it is under way. */
const deathsOf = (calls: Readonly<Record<string, number>>): Death[] =>
  Object.entries(calls).flatMap(([call, times], kind) =>
    [0.01, 0.3, 0.6, 0.99].map((part, index): Death => {
      const when = (kind + index) % 2 === 0 ? 'before' : 'during'
      return { call, nth: Math.max(1, Math.floor(times * part)), when }
    }),
  )

interface Killed extends SwapCounts {
  readonly die: Death
  readonly signal: string | null
  readonly after: Found
  /** Once the next one is through. */
  readonly end: Found
}

async function killed(die: Death): Promise<Killed> {
  const folder = await openFolder()
  const { signal } = await runSwap({ folder, die })
  const after = await lookInto(folder)
  const again = await swapSealed({ files: localFiles }, folder.path, changesOf(folder))
  const end = await lookInto(folder)
  await rm(folder.path, { recursive: true })
  return { die, signal, after, end, ...again }
}

test('a process that is killed at any call leaves every file whole, and the next one ends what it began', async () => {
  const { answer } = await runSwap({ folder: await openFolder() })
  const deaths = deathsOf(answer?.calls ?? {})

  const results = await sideBySide(deaths, 3, killed)

  expect(deaths.length).toBeGreaterThanOrEqual(60)
  for (const { die, signal, after, end, swapped, there } of results) {
    const name = JSON.stringify(die)
    expect(signal, name).toBe('SIGKILL')
    expect(after.odd, name).toEqual([])
    expect(after.old + after.new, name).toBe(FILES)
    expect({ swapped, there }, name).toEqual({ swapped: after.old, there: after.new })
    expect(end, name).toEqual({ old: 0, new: FILES, odd: [], temporary: 0 })
  }
  // Else nothing was met in the middle.
  expect(results.filter(({ after }) => after.old > 0 && after.new > 0).length).toBeGreaterThan(deaths.length / 3)
  expect(results.filter(({ after }) => after.temporary > 0).length).toBeGreaterThan(deaths.length / 3)
}, 300_000)
