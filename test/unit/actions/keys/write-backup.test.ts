// All files of a backup, or none of them.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SealedBackup } from '../../../../src/actions/keys/seal-backup.ts'
import { manifestOf, writeBackup } from '../../../../src/actions/keys/write-backup.ts'
import { localFiles } from '../../../../src/adapters/files.ts'
import { assertName } from '../../../../src/cli/keys/backup-place.ts'
import { Secret } from '../../../../src/ports/secret.ts'
import type { KeyBundle } from '../../../../src/sops/keys/bundle.ts'
import { newKey } from './sealed.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flux-ops-write-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const bundle: KeyBundle = {
  cluster: undefined,
  taken: '2026-11-21T03:12:00Z',
  sets: [{ source: { kind: 'unknown' }, identities: [await newKey()] }],
}
const sealed: SealedBackup = {
  parts: [1, 2, 3].map((number) => ({ ending: `-share-${number}.txt`, text: new Secret(`share ${number}`) })),
  sealed: { how: 'shares', set: 'SET', count: 3, threshold: 2 },
  reopened: true,
}
const write = (signal: AbortSignal): Promise<string[]> => {
  const manifest = manifestOf(bundle, sealed, null, { base: 'b', version: '1.0.0' })
  return writeBackup({ files: localFiles }, { folder, base: 'b', sealed, manifest, sheet: false }, signal)
}

/** Aborted when it is asked for the nth time. */
const abortedAt = (times: number): AbortSignal => {
  let asked = 0
  const throwIfAborted = (): void => {
    asked += 1
    if (asked >= times) throw 'SIGINT'
  }
  return { throwIfAborted } as AbortSignal
}

test('the manifest is the last of them', async () => {
  const paths = await write(new AbortController().signal)

  expect(paths.at(-1)).toBe(join(folder, 'b.manifest.json'))
  expect((await readdir(folder)).length).toBe(4)
})

test.each([1, 2, 3, 4])('nothing is left when it is interrupted before file %i: some shares may be the key', async (number) => {
  await expect(write(abortedAt(number))).rejects.toBe('SIGINT')

  expect(await readdir(folder)).toEqual([])
})

test('what is there already is not touched, and an unfinished one is told for what it is', async () => {
  await writeFile(join(folder, 'b-share-2.txt'), 'mine')

  await expect(write(new AbortController().signal)).rejects.toMatchObject({
    code: 'backup-exists',
    hints: expect.arrayContaining([expect.stringContaining('cut short')]),
  })

  expect(await readdir(folder)).toEqual(['b-share-2.txt'])
  expect(await readFile(join(folder, 'b-share-2.txt'), 'utf8')).toBe('mine')
})

test.each(['', '.', '..', '.hidden', '-x', 'a/b', '../a', 'a\\b', 'a\nb', 'a\u001b[31m', 'x'.repeat(300)])(
  '%j is no name of a backup',
  (name) => {
    expect(() => assertName(name)).toThrow('--name is no beginning of a file name')
  },
)

test.each(['prod-eu', '2026-11-21 keys', 'Schlüssel', undefined])('%j is a name of a backup', (name) => {
  expect(() => assertName(name)).not.toThrow()
})
