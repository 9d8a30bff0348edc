// Which files of a clone are sealed: none is passed over because of how the clone lies there.
import { expect, test } from 'vitest'
import { narrowed, rereadSealed, surveySealed } from '../../../../src/actions/keys/sealed-survey.ts'
import { fakeContext } from '../fakes.ts'
import { binary, cloneOf, inClone, newKey, ROOT, sealed } from './sealed.ts'

const [ours, theirs] = [await sealed([await newKey()]), await sealed([await newKey()])]

test('a file that a sparse checkout leaves out, or that somebody deleted, is read from the commit', async () => {
  const committed = { 'a.yaml': ours, 'x/b.yaml': theirs }
  const ctx = fakeContext({ git: cloneOf({ committed }), files: inClone({ 'a.yaml': ours }) })

  const survey = await surveySealed(ctx, ROOT)

  expect(survey.files.map(({ path, text }) => [path, text])).toEqual([
    ['a.yaml', ours],
    ['x/b.yaml', theirs],
  ])
  expect(survey.uncommitted).toEqual(['x/b.yaml'])
})

test('a file that was edited is read as it is, and as it is committed', async () => {
  const ctx = fakeContext({ git: cloneOf({ committed: { 'a.yaml': theirs }, edited: ['a.yaml'] }), files: inClone({ 'a.yaml': ours }) })

  const { files, uncommitted } = await surveySealed(ctx, ROOT)

  expect(files.map(({ text }) => text)).toEqual([ours, theirs])
  expect(uncommitted).toEqual(['a.yaml'])
})

test('a file that git does not know is none of the repository', async () => {
  const ctx = fakeContext({ git: cloneOf({ committed: {} }), files: inClone({ 'a.yaml': ours }) })

  expect((await surveySealed(ctx, ROOT)).files).toEqual([])
})

test('a sealed file that is no UTF-8 is told, and any other is passed over', async () => {
  const ctx = fakeContext({
    git: cloneOf({ committed: { 'a.env': ours, 'photo.jpg': 'x' } }),
    files: inClone({ 'a.env': '', 'photo.jpg': '' }),
  })

  const survey = await surveySealed({ ...ctx, files: { ...ctx.files, readText: () => Promise.reject(binary()) } }, ROOT)

  expect(survey.problems).toMatchObject([{ path: 'a.env', code: 'file-binary', message: expect.stringContaining('a.env: sealed') }])
})

test.each([
  ['cut off before its metadata', 'a.yaml', ours.slice(0, ours.indexOf('sops:')), 'sealed-cut-off'],
  ['cut to nothing', 'a.sops.yaml', '', 'sealed-empty'],
])('a sealed file that was %s is damaged', async (_what, path, text, code) => {
  const ctx = fakeContext({ git: cloneOf({ committed: { [path]: text } }), files: inClone({ [path]: text }) })

  expect((await surveySealed(ctx, ROOT)).problems).toMatchObject([{ path, code, hints: [expect.any(String)] }])
})

test('an empty file of any other name, also the configuration of sops, is none', async () => {
  const files = { '.sops.yaml': '', 'apps/.sops.yaml': '', '.gitkeep': '' }
  const ctx = fakeContext({ git: cloneOf({ committed: files }), files: inClone(files) })

  expect((await surveySealed(ctx, ROOT)).problems).toEqual([])
})

test('it is narrowed to folders as people write them, and to none that git does not know', async () => {
  const files = { 'a/x.yaml': ours, 'ab/y.yaml': ours }
  const survey = await surveySealed(fakeContext({ git: cloneOf({ committed: files }), files: inClone(files) }), ROOT)

  expect(narrowed(survey, ['./a/']).files.map(({ path }) => path)).toEqual(['a/x.yaml'])
  expect(() => narrowed(survey, ['a', 'nowhere'])).toThrow('git knows nothing in nowhere')
})

test('files that are read once more are what lies there now, and one that is gone or sealed no more is told', async () => {
  const ctx = fakeContext({ files: inClone({ 'c.yaml': ours, 'a.yaml': theirs, 'b.yaml': 'a: clear\n' }) })

  const { files, problems } = await rereadSealed(ctx, ROOT, ['c.yaml', 'a.yaml', 'b.yaml', 'd.yaml'])

  expect(files.map(({ path, text }) => [path, text])).toEqual([
    ['a.yaml', theirs],
    ['c.yaml', ours],
  ])
  expect(problems.map(({ path, code }) => [path, code])).toEqual([
    ['b.yaml', 'sealed-gone'],
    ['d.yaml', 'file-missing'],
  ])
})
