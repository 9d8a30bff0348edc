// Many files are opened beside one another, and told of as if they were not.
import { expect, test } from 'vitest'
import { openFiles } from '../../../../src/actions/keys/open-files.ts'
import type { SealedFile } from '../../../../src/sops/sealed/model.ts'
import { readSealed } from '../../../../src/sops/sealed/read.ts'
import { fakeContext } from '../fakes.ts'
import { newKey, sealed } from './sealed.ts'

const [ours, theirs] = [await newKey(), await newKey()]
const files = await Promise.all(
  [ours, ours, theirs, ours, ours, ours, theirs, ours].map(async (key, at) => readSealed(`${at}.yaml`, await sealed([key])) as SealedFile),
)

test('results and problems have the order of the files, and the count goes up by one', async () => {
  const counts: number[] = []

  const { opened, problems } = await openFiles(fakeContext({}), files, [ours], (done) => counts.push(done))

  expect(opened.map(({ path }) => path)).toEqual(['0.yaml', '1.yaml', '3.yaml', '4.yaml', '5.yaml', '7.yaml'])
  expect(problems.map(({ path, code }) => [path, code])).toEqual([
    ['2.yaml', 'sealed-no-key'],
    ['6.yaml', 'sealed-no-key'],
  ])
  expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
})

test('nothing more is opened once it was interrupted', async () => {
  const interrupt = new AbortController()
  const counts: number[] = []

  const opening = openFiles({ ...fakeContext({}), signal: interrupt.signal }, files, [ours], (done) => {
    counts.push(done)
    interrupt.abort()
  })

  await expect(opening).rejects.toThrow('abort')
  expect(counts.length).toBeLessThan(files.length)
})
