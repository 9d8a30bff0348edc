import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { Header } from 'tar'
import { describe, expect, test } from 'vitest'
import { type ArchiveFile, LARGEST_ARCHIVE, packArchive, unpackArchive } from '../../../src/adapters/archive.ts'
import { OpsError } from '../../../src/errors.ts'

const AT = new Date('2026-11-22T02:51:00Z')

const file = (name: string, text: string): ArchiveFile => ({ name, pieces: [Buffer.from(text)] })
const texts = (files: ReadonlyMap<string, Uint8Array>): object =>
  Object.fromEntries([...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]))

const refusal = (bytes: Uint8Array): Promise<string> =>
  unpackArchive(bytes, 'it').then(
    () => 'taken',
    (error: unknown) => (error instanceof OpsError && error.exit === 'usage' ? error.code : `${error}`),
  )

/** An entry as somebody else would write it. */
function entry(
  path: string,
  {
    text = 'x',
    type = 'File',
    linkpath = '',
  }: { text?: string; type?: 'File' | 'SymbolicLink' | 'Directory' | 'Link' | 'FIFO'; linkpath?: string } = {},
): Buffer {
  const size = type === 'File' ? text.length : 0
  const block = Buffer.alloc(512)
  new Header({ path, type, linkpath, mode: 0o777, uid: 0, gid: 0, size, mtime: AT }).encode(block, 0)
  return Buffer.concat([block, Buffer.from(text.padEnd(512, '\0')).subarray(0, size === 0 ? 0 : 512)])
}

const packed = (...entries: Buffer[]): Buffer => gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]))

const NAME = fc.stringMatching(/^[a-z][a-z0-9-]{0,40}(?:\/[a-z0-9-]{1,60}){0,2}\.(?:json|log)$/)

test('what is packed comes out as it went in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(NAME, fc.array(fc.uint8Array({ maxLength: 1500 }), { maxLength: 3 }), { maxKeys: 6 }),
      async (wanted) => {
        const files = Object.entries(wanted).map(([name, pieces]) => ({ name, pieces }))

        const found = await unpackArchive(await packArchive(files, AT), 'it')

        expect([...found].map(([name, bytes]) => [name, Buffer.from(bytes)])).toEqual(
          files.map(({ name, pieces }) => [name, Buffer.concat(pieces)]),
        )
      },
    ),
    { numRuns: 40 },
  )
})

test('the same files at the same time give the same bytes', async () => {
  const files = [file('a.json', '{}'), file('logs/a.log', 'text')]

  expect(await packArchive(files, AT)).toEqual(await packArchive(files, AT))
})

describe('what came to harm on its way', () => {
  test('is refused, wherever it ends', async () => {
    const whole = await packArchive([file('a.json', 'x'.repeat(700)), file('b.json', 'y')], AT)

    for (let length = 2; length < whole.length; length++)
      expect(await refusal(whole.subarray(0, length)), `after ${length}`).toBe('archive-damaged')
  })

  test('is refused, or comes out as it was, whichever bit has turned', async () => {
    const whole = await packArchive([file('a.json', '{"some": "text"}'), file('b.json', 'y')], AT)
    const before = texts(await unpackArchive(whole, 'it'))

    for (let bit = 0; bit < whole.length * 8; bit++) {
      const turned = Buffer.from(whole)
      turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const after = await unpackArchive(turned, 'it').then(texts, (error: unknown) => error)
      if (after instanceof OpsError) expect(after.exit).toBe('usage')
      else expect(after, `bit ${bit}`).toEqual(before)
    }
  })

  test('is refused where its end is missing inside of the gzip', async () => {
    expect(await refusal(gzipSync(entry('a.json').subarray(0, 600)))).toBe('archive-damaged')
    expect(await refusal(gzipSync(entry('a.json')))).toBe('archive-damaged')
  })
})

describe('what flux-ops has not made', () => {
  test.each([
    ['nothing', ''],
    ['a text', 'kind: Kustomization'],
    ['a zip file', 'PK\u0003\u0004aaaaaaaaaaaaaaaa'],
    ['an age file', 'age-encryption.org/v1\n'],
  ])('%s is no archive', async (_title, text) => {
    expect(await refusal(Buffer.from(text))).toBe('archive-unreadable')
  })

  test('gzip of something else is damaged', async () => {
    expect(await refusal(gzipSync('x'.repeat(4000)))).toBe('archive-damaged')
  })

  test.each(['../a', 'a/../../b', '/etc/passwd', 'a/..', './a', 'a//b', 'C:\\a', '..', 'a/\u001b[2J', '-rf', '.ssh/x', '__proto__/../x'])(
    'the name %j is refused',
    async (name) => {
      expect(await refusal(packed(entry(name)))).toBe('archive-unsafe')
    },
  )

  test.each(['SymbolicLink', 'Link', 'Directory', 'FIFO'] as const)('a %s is refused', async (type) => {
    expect(await refusal(packed(entry('a.json', { type, linkpath: '/etc/passwd' })))).toBe('archive-unsafe')
  })

  test('a name that stands in it twice is refused', async () => {
    expect(await refusal(packed(entry('a.json', { text: 'one' }), entry('a.json', { text: 'two' })))).toBe('archive-unsafe')
  })

  test('a size that is larger than what is there is refused', async () => {
    const lying = entry('a.json', { text: 'x'.repeat(500) })
    new Header({ path: 'a.json', type: 'File', mode: 0o600, uid: 0, gid: 0, size: 2 ** 40, mtime: AT }).encode(lying, 0)

    expect(await refusal(packed(lying))).toBe('archive-damaged')
  })

  test('a bomb is let go before it fills the memory', async () => {
    const bomb = gzipSync(Buffer.alloc(2 * LARGEST_ARCHIVE))
    const before = process.memoryUsage.rss()

    expect(await refusal(bomb)).toBe('archive-too-large')
    expect(process.memoryUsage.rss() - before).toBeLessThan(2 * LARGEST_ARCHIVE)
  })

  test('a thousand small files too many are refused', async () => {
    expect(await refusal(packed(...Array.from({ length: 1001 }, (_, at) => entry(`f${at}`))))).toBe('archive-unsafe')
  })
})

test('what could not be read again is not made', async () => {
  const large = { name: 'a.json', pieces: Array.from({ length: 130 }, () => Buffer.alloc(2 ** 20)) }

  await expect(packArchive([large], AT)).rejects.toMatchObject({ code: 'archive-too-large' })
})
