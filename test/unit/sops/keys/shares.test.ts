import { createHash } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { combine, split } from 'shamir-secret-sharing'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../../../src/ports/secret.ts'
import { bundleText, shortRecipient } from '../../../../src/sops/keys/bundle.ts'
import { compactShare, type Share, verifyShare } from '../../../../src/sops/keys/share-text.ts'
import { combineShares, type SplitOptions, splitIntoShares } from '../../../../src/sops/keys/shares.ts'
import { allOf, failure, hybrid, identity, x25519 } from './fixtures.ts'

const key = await identity(await x25519())
const quantum = await identity(await hybrid())
const text = bundleText({
  cluster: { name: 'prod-eu', uid: '7b1c2f0a-8f8e-4d8a-9a52-0d6ad7f1d2c3' },
  taken: '2026-11-21T03:12:00Z',
  sets: [{ source: { kind: 'secret', namespace: 'flux-system', name: 'sops-age', entry: 'age.agekey' }, identities: [key] }],
})
const labels = { cluster: 'arn:aws:eks:eu-1:1234567001:cluster/Prod', keys: [key.recipient ?? '', shortRecipient(quantum.recipient ?? '')] }
const options: SplitOptions = { count: 5, threshold: 3, taken: '2026-11-21T03:12:00.500Z', labels }

const shares = await splitIntoShares(text, options)
const read = (all: readonly Secret[]): Share[] => all.map((share, at) => verifyShare(share, `share-${at}.txt`))
const three = read(shares.slice(0, 3))
const others = read(await splitIntoShares(text, options))
const body = (share: Secret) => share.reveal().slice(share.reveal().indexOf('\n\n') + 2)
const verified = async (share: string): Promise<Share> => verifyShare(new Secret(share), 'share.txt')
const first = (shares[0] as Secret).reveal()

describe('shares', () => {
  test('give back the text, any k of n of them in any order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .integer({ min: 2, max: 8 })
          .chain((count) => fc.record({ count: fc.constant(count), threshold: fc.integer({ min: 2, max: count }) })),
        fc.string({ maxLength: 300 }),
        fc.infiniteStream(fc.nat()),
        async ({ count, threshold }, secret, random) => {
          const all = read(await splitIntoShares(new Secret(secret), { ...options, count, threshold }))
          const order = all.map((share) => [random.next().value, share] as const).sort(([a], [b]) => a - b)
          const chosen = order.slice(0, threshold).map(([, share]) => share)

          expect((await combineShares(chosen)).reveal()).toBe(secret)
          expect((await combineShares(all)).reveal()).toBe(secret)
        },
      ),
      { numRuns: 30 },
    )
  })

  test('beyond the number that is needed are tried as well: one that does not fit is told', async () => {
    const stranger = { ...(others[3] as Share), set: (three[0] as Share).set }

    expect((await failure(combineShares([...three, stranger]))).code).toBe('shares-do-not-fit')
  })

  test('below the number that is needed give nothing of it, even to somebody who does not ask how many are needed', async () => {
    const lying = read(shares.slice(0, 2)).map((share) => ({ ...share, threshold: 2 }))
    const raw = await combine(lying.map(({ data }) => new Uint8Array(Buffer.from(data.reveal(), 'base64'))))

    expect((await failure(combineShares(lying))).code).toBe('shares-do-not-fit')
    expect(Buffer.from(raw).toString('latin1')).not.toContain(key.secret.reveal())
  })

  test('say what they are, to a person and to us', () => {
    expect(first.split('\n\n')[0]).toMatch(
      new RegExp(
        [
          '^FLUX-OPS KEY SHARE, FORMAT 1',
          'Share: 1 of 5, any 3 of them recover the keys',
          'Set: (?:[0-9A-Z]{4} ){3}[0-9A-Z]{4}',
          `Cluster: ${labels.cluster}`,
          'Taken: 2026-11-21T03:12:00Z',
          `Key: ${key.recipient}`,
          'Key: age1pq1.{17}\\.\\.\\..{16}$',
        ].join('\n'),
      ),
    )
    expect(verifyShare(shares[1] as Secret, 'b.txt')).toMatchObject({
      where: 'b.txt',
      index: 2,
      count: 5,
      threshold: 3,
      taken: '2026-11-21T03:12:00Z',
      labels,
      doubts: [],
    })
  })

  test('hold nothing of the keys in a form that can be read', () => {
    expect(JSON.stringify(three)).not.toContain((three[0] as Share).data.reveal())
    expect(first).not.toContain('AGE-SECRET-KEY')
    expect(first.split('\n').every((line) => line.length <= 80)).toBe(true)
  })

  test('are another set each time', async () => {
    const [again] = read(await splitIntoShares(text, options))

    expect(again?.set).not.toBe(three[0]?.set)
  })

  test.each([
    [1, 1],
    [5, 1],
    [2, 3],
    [256, 3],
    [2.5, 2],
  ])('are not made as %d of which %d are needed', async (count, threshold) => {
    const error = await failure(splitIntoShares(text, { ...options, count, threshold }))

    expect(error).toMatchObject({ code: 'shares-refused', exit: 'usage' })
    expect(error.hints).toHaveLength(1)
  })

  test('are not made of more than a person could type', async () => {
    const much = new Secret(
      Buffer.from(fc.sample(fc.uint8Array({ minLength: 30_000, maxLength: 30_000 }), { numRuns: 1, seed: 1 })[0] ?? []).toString('base64'),
    )

    expect((await failure(splitIntoShares(much, options))).code).toBe('bundle-too-large')
  })
})

describe('a share that was typed anew', () => {
  const typed: readonly [string, (share: string) => string][] = [
    ['in small letters', (share) => share.toLowerCase()],
    ['in capitals', (share) => share.toUpperCase()],
    ['with O for 0 and l for 1', (share) => share.replace(/^\d{3}: .*$/gm, (line) => line.replaceAll('0', 'O').replaceAll('1', 'l'))],
    ['without spaces', (share) => share.replaceAll(/^(\d{3}|End): .*$/gm, (line) => line.replaceAll(' ', ''))],
    ['with dashes', (share) => share.replaceAll(/^\d{3}: .*$/gm, (line) => line.replaceAll(' ', '-'))],
    ['with the newlines of Windows', (share) => share.replaceAll('\n', '\r\n')],
    ['as one long line', (share) => share.replaceAll('\n', ' ')],
    ['wrapped where it likes', (share) => share.replace(/(.{30})/g, '$1\n')],
    ['without the lines at its top', (share) => share.slice(share.indexOf('\n\n'))],
    ['inside a mail', (share) => `Dear colleague,\nkeep this: \n\n${share}\n-- \nsent from the office`],
    ['as it stands in its QR code', (share) => compactShare(new Secret(share)).reveal()],
  ]

  test.each(typed)('%s is the same share', async (_how, change) => {
    const { set, index, count, threshold, data } = await verified(change(first))

    expect({ set, index, count, threshold, data: data.reveal() }).toEqual({
      ...{ set: three[0]?.set, index: 1, count: 5, threshold: 3 },
      data: three[0]?.data.reveal(),
    })
  })

  test.each(typed.filter(([how]) => ['in small letters', 'in capitals'].includes(how)))(
    '%s keeps what it says of its keys',
    async (_how, change) => {
      const { labels: found, doubts } = await verified(change(first))

      expect(doubts).toEqual([])
      expect(found?.keys).toEqual(labels.keys)
    },
  )

  test('is whole though a line at its top says something else, and says which', async () => {
    const changed = first
      .replace('Share: 1 of 5', 'Share: 2 of 5')
      .replace(/Set: .*/, 'Set: 1111')
      .replace('Taken: 2026', 'Taken: 2025')
      .replace('Cluster: arn', 'Cluster: urn')

    const share = await verified(changed)

    expect(share).toMatchObject({ index: 1, labels: undefined })
    expect(share.doubts).toEqual([
      'Share is 1 of 5, any 3',
      expect.stringMatching(/^Set is /),
      'Taken is 2026-11-21T03:12:00Z',
      expect.stringContaining('Cluster or Key is not as it was written'),
    ])
  })
})

describe('a share that cannot be used', () => {
  const lines = first.split('\n')
  const line = (number: string) => lines.findIndex((each) => each.startsWith(number))
  const slip = (number: string) =>
    lines.map((each) => (each.startsWith(number) ? each.replace(/ (.)/, (_all, letter) => (letter === '7' ? ' 8' : ' 7')) : each))

  test.each([
    ['with a slip in a line', slip('004:').join('\n'), 'share-damaged', 'does not hold in line 4'],
    ['without a line', lines.toSpliced(line('004:'), 1).join('\n'), 'share-damaged', 'does not hold in line 4'],
    ['without its last lines', lines.toSpliced(line('008:'), line('End:') - line('008:')).join('\n'), 'share-damaged', 'ends with line 7'],
    ['without End', lines.slice(0, line('End:')).join('\n'), 'share-damaged', 'has no line that begins with End'],
    ['with a slip in End', slip('End:').join('\n'), 'share-damaged', 'a slip in the line End'],
    ['without its first line', lines.toSpliced(line('001:'), 1).join('\n'), 'share-damaged', 'does not hold in line 1'],
    ['that begins with its second line', lines.slice(line('002:')).join('\n'), 'share-damaged', 'does not hold in line 1'],
    ['that is anything else', 'hello', 'share-unreadable', 'it has no numbered lines'],
    ['that is far too long', `${first}${' '.repeat(2 ** 18)}`, 'share-unreadable', 'larger than 256 KiB'],
    ['that is two', `${first}\n${shares[1]?.reveal()}`, 'share-unreadable', 'holds more than one share'],
  ])('%s says why', async (_what, changed, code, said) => {
    const error = await failure(verified(changed))

    expect(error.code).toBe(code)
    expect(error.message).toMatch(/^share\.txt /)
    expect(error.message).toContain(said)
    expect(error.hints.length).toBeGreaterThan(0)
    for (const each of body(shares[0] as Secret)
      .split('\n')
      .filter((text) => text.length > 30))
      expect(allOf(error)).not.toContain(each.slice(5, 20))
  })

  test('has a line of another share of its set in it', async () => {
    const strange = (shares[1] as Secret).reveal().split('\n')[line('005:')] ?? ''

    expect((await failure(verified(lines.with(line('005:'), strange).join('\n')))).message).toContain('do not fit together')
  })
})

describe('shares that do not recover', () => {
  test('are too few, and say how many are missing', async () => {
    const error = await failure(combineShares(three.slice(0, 2)))

    expect(error).toMatchObject({ code: 'shares-too-few', exit: 'usage' })
    expect(error.message).toMatch(/^1 more share is needed: there are 2 of the 3 that recover set /)
    expect(error.hints[0]).toBe('given: share 1, 2 of 5; any other will do')
    expect((await failure(combineShares(three.slice(0, 1)))).message).toMatch(/^2 more shares are needed: there is 1 of the 3/)
    expect((await failure(combineShares([]))).code).toBe('shares-too-few')
  })

  test('are of two sets, though there are enough', async () => {
    const error = await failure(combineShares([three[0] as Share, three[1] as Share, { ...(others[2] as Share), where: 'stranger.txt' }]))

    expect(error.code).toBe('shares-of-two-sets')
    expect(error.message).toMatch(/^stranger\.txt is of set .*, share-0\.txt of set /)
  })

  test('are the same one twice', async () => {
    const error = await failure(combineShares([three[0] as Share, three[1] as Share, { ...(three[1] as Share), where: 'copy.txt' }]))

    expect(error).toMatchObject({ code: 'share-twice', message: 'share-1.txt and copy.txt are both share 2 of 5' })
  })

  test('are whole, but one of them lies about its set', async () => {
    const liar = { ...(others[2] as Share), set: three[0]?.set ?? '' }

    const error = await failure(combineShares([three[0] as Share, three[1] as Share, liar]))

    expect(error.code).toBe('shares-do-not-fit')
    expect(allOf(error)).not.toContain((three[0] as Share).data.reveal().slice(0, 20))
  })

  test('are told when there are more than are needed, and one of them lies', async () => {
    const liar = { ...(others[3] as Share), set: three[0]?.set ?? '' }

    expect((await failure(combineShares([...three, liar]))).code).toBe('shares-do-not-fit')
  })

  test('were packed as something that is far larger than any key file', async () => {
    const large = Buffer.alloc(2 ** 22)
    const bomb = new Uint8Array(Buffer.concat([Buffer.of(1), createHash('sha256').update(large).digest(), deflateRawSync(large)]))
    const parts = await split(bomb, 3, 3)
    const made = three.map((share, at) => ({ ...share, data: new Secret(Buffer.from(parts[at] ?? []).toString('base64')) }))

    expect((await failure(combineShares(made))).code).toBe('shares-do-not-fit')
  })
})
