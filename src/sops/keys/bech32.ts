// Bech32 as age writes its keys and recipients in (BIP 173, without its limit of 90 characters): whether a text is whole, and what it is of.
// age-encryption reads only its own kinds; keys and recipients of plugins are checked with this alone.

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]))
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
const CHECKSUM_LENGTH = 6

const step = (sum: number, value: number): number =>
  GENERATOR.reduce((next, factor, bit) => (((sum >>> 25) >>> bit) & 1 ? next ^ factor : next), ((sum & 0x1ffffff) << 5) ^ value)

interface Decoded {
  readonly prefix: string
  /** Of 5 bits each, with the checksum. */
  readonly words: readonly number[]
}

function decode(text: string): Decoded | undefined {
  if (text !== text.toLowerCase() && text !== text.toUpperCase()) return undefined
  const end = text.lastIndexOf('1')
  if (end < 1 || text.length - end - 1 < CHECKSUM_LENGTH) return undefined
  const prefix = [...text.slice(0, end).toLowerCase()].map((letter) => letter.charCodeAt(0))
  if (prefix.some((code) => code < 33 || code > 126)) return undefined
  const words = [...text.slice(end + 1).toLowerCase()].map((letter) => VALUES.get(letter) ?? -1)
  if (words.includes(-1)) return undefined
  const whole = [...prefix.map((code) => code >> 5), 0, ...prefix.map((code) => code & 31), ...words]
  return whole.reduce(step, 1) === 1 ? { prefix: text.slice(0, end), words } : undefined
}

/** The part before the last `1`, in the case it is written in; undefined where the text is not bech32 or its checksum does not hold. */
export const bech32Prefix = (text: string): string | undefined => decode(text)?.prefix

/** The bytes behind the prefix, what does not fill a byte at their end left out; undefined as above. */
export function bech32Bytes(text: string): Uint8Array | undefined {
  const words = decode(text)?.words.slice(0, -CHECKSUM_LENGTH)
  if (words === undefined) return undefined
  const bytes = new Uint8Array(Math.floor((words.length * 5) / 8))
  let [rest, bits, at] = [0, 0, 0]
  for (const word of words) {
    rest = ((rest << 5) | word) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = rest >> bits
  }
  return bytes
}
