import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { assertReportFile, writeReportFile } from '../../../src/adapters/report-file.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flux-ops-report-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777

describe('a report for people', () => {
  test('is written whole, for its owner alone, and leaves nothing beside it', async () => {
    const path = join(folder, 'a.html')

    await writeReportFile(path, 'new')

    expect(await readFile(path, 'utf8')).toBe('new')
    expect(await modeOf(path)).toBe(0o600)
    expect(await readdir(folder)).toEqual(['a.html'])
  })

  test('is written over an older file, which keeps its mode', async () => {
    const path = join(folder, 'a.html')
    await writeFile(path, 'a much longer old one')
    await chmod(path, 0o644)

    await writeReportFile(path, 'new')

    expect(await readFile(path, 'utf8')).toBe('new')
    expect(await modeOf(path)).toBe(0o644)
  })

  test('is not written over a folder or through a link', async () => {
    await mkdir(join(folder, 'folder'))
    await writeFile(join(folder, 'precious'), 'precious')
    await symlink(join(folder, 'precious'), join(folder, 'link'))
    await symlink(join(folder, 'nowhere'), join(folder, 'dangling'))

    for (const name of ['folder', 'link', 'dangling'])
      await expect(writeReportFile(join(folder, name), 'new')).rejects.toMatchObject({ code: 'file-not-plain', exit: 'usage' })

    expect(await readFile(join(folder, 'precious'), 'utf8')).toBe('precious')
  })

  test('is refused before any work where its folder is not there, or is none', async () => {
    await writeFile(join(folder, 'file'), '')

    await expect(assertReportFile(join(folder, 'gone', 'a.html'))).rejects.toMatchObject({ code: 'file-missing' })
    await expect(assertReportFile(join(folder, 'file', 'a.html'))).rejects.toMatchObject({ code: 'file-missing' })
    await expect(assertReportFile('/dev/null')).rejects.toMatchObject({ code: 'file-not-plain' })
  })
})
