import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { type SealedChange, swapSealed } from '../../../../src/actions/keys/swap-files.ts'
import { OpsError } from '../../../../src/errors.ts'
import type { Files } from '../../../../src/ports/files.ts'
import { fakeContext } from '../fakes.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const changesOf = (count: number): SealedChange[] =>
  Array.from({ length: count }, (_, index) => ({ path: `${index}.yaml`, was: sha256(`old ${index}`), text: `new ${index}` }))

const openDesk = (count: number, override: (files: Files) => Partial<Files> = () => ({})) => {
  const texts = new Map(Array.from({ length: count }, (_, index) => [`/r/${index}.yaml`, `old ${index}`]))
  const { files } = fakeContext({ files: texts })
  return { texts, ctx: { files: { ...files, ...override(files) } }, changes: changesOf(count) }
}

const failureOf = (promise: Promise<unknown>): Promise<OpsError> =>
  promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: OpsError) => error,
  )

/** Fails at these paths, as the adapter does. */
const failingAt =
  (...failures: readonly OpsError[]) =>
  (files: Files): Partial<Files> => ({
    swapText: async (path, was, text) => {
      const failure = failures.find(({ message }) => message.startsWith(path))
      if (failure !== undefined) throw failure
      return await files.swapText(path, was, text)
    },
  })

test('every file gets its text, and the number of those that are done is told', async () => {
  const { ctx, texts, changes } = openDesk(20)
  const told: number[] = []

  const counts = await swapSealed(ctx, '/r', changes, { progress: (done) => told.push(done) })

  expect(counts).toEqual({ swapped: 20, there: 0 })
  expect([...texts.values()]).toEqual(changes.map(({ text }) => text))
  expect(told).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
})

test('what an earlier call did is counted apart, and not done again', async () => {
  const { ctx, changes } = openDesk(5)
  await swapSealed(ctx, '/r', changes.slice(0, 2))

  expect(await swapSealed(ctx, '/r', changes)).toEqual({ swapped: 3, there: 2 })
})

test.each([
  [undefined, 8],
  [3, 3],
])('with concurrency %s no more than %i files are under way at once', async (concurrency, most) => {
  let [now, peak] = [0, 0]
  const { ctx, changes } = openDesk(40, (files) => ({
    swapText: async (...args) => {
      now += 1
      peak = Math.max(peak, now)
      await Promise.resolve()
      const result = await files.swapText(...args)
      now -= 1
      return result
    },
  }))

  await swapSealed(ctx, '/r', changes, concurrency === undefined ? {} : { concurrency })

  expect(peak).toBe(most)
})

test('the first failure keeps its code and hints, and says how many files hold their new text', async () => {
  const failure = new OpsError({ code: 'file-changed', message: '/r/6.yaml was changed', hints: ['look at it'] })
  const { ctx, texts, changes } = openDesk(20, failingAt(failure))

  const error = await failureOf(swapSealed(ctx, '/r', changes, { concurrency: 1 }))

  expect(error).toMatchObject({
    code: 'file-changed',
    hints: ['look at it'],
    exit: 'failed',
    cause: failure,
    message: '/r/6.yaml was changed (6 of 20 files hold their new text, the other 14 were left as they are)',
  })
  expect([...texts.values()].filter((text) => text.startsWith('new')).length).toBe(6)
})

test('a failure is told when no file is under way any more, and no further one is begun', async () => {
  const release: (() => void)[] = []
  let begun = 0
  const { ctx, changes } = openDesk(20, (files) => ({
    swapText: async (path, was, text) => {
      begun += 1
      if (path === '/r/0.yaml') throw new OpsError({ code: 'disk-full', message: 'no room' })
      await new Promise<void>((resolve) => release.push(resolve))
      return await files.swapText(path, was, text)
    },
  }))
  let told = false
  const ended = failureOf(swapSealed(ctx, '/r', changes, { concurrency: 4 })).then((error) => {
    told = true
    return error
  })

  await expect.poll(() => release.length).toBe(3)
  const early = told
  for (const go of release) go()
  const { message } = await ended

  expect([early, begun]).toEqual([false, 4])
  expect(message).toContain('(3 of 20 files hold their new text, the other 17 were left as they are)')
})

test('a file whose new text the disk did not confirm is counted as one that holds it', async () => {
  const failure = new OpsError({ code: 'file-unsynced', message: '/r/0.yaml holds its new text' })
  const { ctx, changes } = openDesk(3, failingAt(failure))

  const { message, exit } = await failureOf(swapSealed(ctx, '/r', changes, { concurrency: 1 }))

  expect([message, exit]).toEqual([
    '/r/0.yaml holds its new text (1 of 3 files hold their new text, the other 2 were left as they are)',
    'failed',
  ])
})

test('what says that nothing changed says so only while nothing has', async () => {
  const failure = (at: number): OpsError => new OpsError({ code: 'file-unreadable', message: `/r/${at}.yaml`, exit: 'usage' })
  const first = openDesk(3, failingAt(failure(0)))
  const later = openDesk(3, failingAt(failure(1)))

  const errors = [
    await failureOf(swapSealed(first.ctx, '/r', first.changes, { concurrency: 1 })),
    await failureOf(swapSealed(later.ctx, '/r', later.changes, { concurrency: 1 })),
  ]

  expect(errors.map(({ exit }) => exit)).toEqual(['usage', 'failed'])
})

test('a path that leads out of the clone is refused before anything is replaced', async () => {
  const outside = new OpsError({ code: 'path-outside', message: '2.yaml lies outside /r' })
  const { ctx, texts, changes } = openDesk(3, (files) => ({
    inside: async (root, path) => (path === '/r/2.yaml' ? Promise.reject(outside) : files.inside(root, path)),
  }))

  expect(await failureOf(swapSealed(ctx, '/r', changes))).toBe(outside)
  expect([...texts.values()]).toEqual(['old 0', 'old 1', 'old 2'])
})

test('two texts for one file are a bug, and neither is written', async () => {
  const { ctx, texts, changes } = openDesk(3, () => ({ inside: async (_root, path) => path.replace('2.yaml', '1.yaml') }))

  await expect(swapSealed(ctx, '/r', changes)).rejects.toThrow('2.yaml and 1.yaml are one file')

  expect([...texts.values()]).toEqual(['old 0', 'old 1', 'old 2'])
})

test('what is no error of ours comes through as it is', async () => {
  const bug = new TypeError('of ours')
  const { ctx, changes } = openDesk(3, () => ({ swapText: () => Promise.reject(bug) }))

  expect(await failureOf(swapSealed(ctx, '/r', changes))).toBe(bug)
})

test('no files at all are swapped at once', async () => {
  const { ctx } = openDesk(0)

  expect(await swapSealed(ctx, '/r', [])).toEqual({ swapped: 0, there: 0 })
})
