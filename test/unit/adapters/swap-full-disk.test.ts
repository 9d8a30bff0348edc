import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fillFolder } from './sealed-folder.ts'
import { mayMount, runSwapOnDisk, runSwapUnderLimit } from './swap-process-run.ts'

const path = mkdtempSync(join(tmpdir(), 'flux-ops-full-'))
afterAll(() => rm(path, { recursive: true, force: true }))

const folder = { path, files: 12, bytes: 20_000 }
const whole = { odd: [], temporary: 0 }

test('a process that may write no more leaves every file as it was, without a temporary file', async () => {
  await fillFolder(folder)

  const { answer } = await runSwapUnderLimit({ folder }, 16)

  expect(answer).toMatchObject({ code: 'disk-full', found: { ...whole, old: 12, new: 0 } })
  expect(answer?.message).toContain('(0 of 12 files hold their new text, the other 12 were left as they are)')
})

// 12 files of 20,000 bytes are 60 pages of 4 KiB. Where nobody may mount, the limit above stands for the disk.
const DISKS: readonly (readonly [what: string, options: string])[] = mayMount(path)
  ? [
      ['has room for a part of a new file', 'size=256k'],
      ['has no room at all', 'size=240k'],
      ['has no inode left', 'nr_inodes=13'],
    ]
  : []

test.each([...DISKS])('a disk that %s leaves every file as it was, without a temporary file', async (_what, options) => {
  const { answer } = await runSwapOnDisk({ folder, fill: true }, options)

  expect(answer).toMatchObject({ code: 'disk-full', found: { ...whole, old: 12, new: 0 } })
})

test.each(DISKS.slice(0, 1))('a disk that becomes full on the way leaves each file whole, and the error counts them', async () => {
  const growing = { ...folder, growth: 20_000 }

  const { answer } = await runSwapOnDisk({ folder: growing, fill: true, concurrency: 1 }, 'size=320k')

  expect(answer).toMatchObject({ code: 'disk-full', found: { ...whole, old: 9, new: 3 } })
  expect(answer?.message).toContain('(3 of 12 files hold their new text, the other 9 were left as they are)')
})
