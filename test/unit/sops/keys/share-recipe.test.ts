// The recipe that a sheet prints for a day without flux-ops, followed to the letter and with none of our code.
import { createHash } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { SHARE_RECIPE } from '../../../../src/sops/keys/sheet-steps.ts'
import { shares, text } from './sheets.ts'

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest()
const bitsOf = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
const bits = (letters: string) => [...letters].map((letter) => LETTERS.indexOf(letter).toString(2).padStart(5, '0')).join('')

const times = (a: number, b: number): number => {
  let [left, right, product] = [a, b, 0]
  for (; right > 0; right >>= 1) {
    if (right & 1) product ^= left
    left = left & 0x80 ? (left << 1) ^ 0x11b : left << 1
  }
  return product
}
const over = (a: number, b: number): number => Array.from({ length: 256 }, (_, each) => each).find((each) => times(each, b) === a) ?? 0

/** The bytes of a share, every check on the way looked at. */
function bytesOf(share: string): Buffer {
  const lines = share.split('\n').flatMap((line) => {
    const [, number = '', letters = ''] = /^(\d{3}): (.*)$/.exec(line) ?? []
    return number === '' ? [] : [{ number, letters: letters.replaceAll(' ', '') }]
  })
  const all = lines.map(({ number, letters }) => {
    expect(bits(letters.slice(-4))).toBe(bitsOf(sha256(`${Number(number)}:${letters.slice(0, -4)}`)).slice(0, 20))
    return bits(letters.slice(0, -4)).match(/.{8}/g) ?? []
  })
  const bytes = Buffer.from(all.flat().map((byte) => Number.parseInt(byte, 2)))
  expect(bits((/^End: (.*)$/m.exec(share)?.[1] ?? '').replaceAll(' ', ''))).toBe(bitsOf(sha256(bytes)).slice(0, 160))
  return bytes
}

test('shares are put together by hand as their sheet says', () => {
  const [a, b] = shares.slice(1).map((share) => bytesOf(share.reveal())) as [Buffer, Buffer]
  const head = { format: a[0], number: a[11], count: a[12], needed: a[13], seconds: a.readUInt32BE(14), length: a.readUInt16BE(18) }
  const [one, two] = [a.subarray(24), b.subarray(24)]
  const [x1, x2] = [one.at(-1) ?? 0, two.at(-1) ?? 0]

  const secret = Buffer.from(one.subarray(0, -1).map((y, at) => times(y, over(x2, x1 ^ x2)) ^ times(two[at] ?? 0, over(x1, x1 ^ x2))))
  const packed = secret.subarray(33)
  const found = secret[0] === 1 ? inflateRawSync(packed) : packed

  expect(head).toEqual({
    format: 1,
    number: 2,
    count: 3,
    needed: 2,
    seconds: Date.parse('2026-11-21T03:12:00Z') / 1000,
    length: one.length,
  })
  expect(a.subarray(1, 11)).toEqual(b.subarray(1, 11))
  expect(sha256(found)).toEqual(secret.subarray(1, 33))
  expect(found.toString()).toBe(text.reveal())
  expect(SHARE_RECIPE).toHaveLength(3)
})
