// k-of-n: the text of a bundle split so that any k shares give it back and fewer give nothing (Shamir, by the package shamir-secret-sharing).
// What is split carries its own SHA-256: what comes together proves itself.
import { createHash, randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { OpsError, usageError } from '../../errors.ts'
import { Secret } from '../../ports/secret.ts'
import { encode32, grouped } from './checked-lines.ts'
import { MOST_SHARE_BYTES, type Share, type ShareLabels, shareText } from './share-text.ts'

export interface SplitOptions {
  readonly count: number
  readonly threshold: number
  /** RFC 3339 */
  readonly taken: string
  readonly labels: ShareLabels
}

const MOST_SHARES = 255
const LARGEST_TEXT = 2 ** 20
const [PLAIN, DEFLATED] = [0, 1]
const DIGEST_BYTES = 32

const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest()

/** How the text was packed, its SHA-256, and the text. */
function payload(text: string): Uint8Array {
  const bytes = Buffer.from(text)
  const deflated = deflateRawSync(bytes, { level: 9 })
  const [mode, packed] = deflated.length < bytes.length ? [DEFLATED, deflated] : [PLAIN, bytes]
  return new Uint8Array(Buffer.concat([Buffer.of(mode), sha256(bytes), packed]))
}

/** Undefined where the digest does not hold. */
function unpack(secret: Uint8Array): Secret | undefined {
  const packed = secret.subarray(1 + DIGEST_BYTES)
  try {
    const bytes = secret[0] === DEFLATED ? inflateRawSync(packed, { maxOutputLength: LARGEST_TEXT }) : packed
    return sha256(bytes).equals(secret.subarray(1, 1 + DIGEST_BYTES)) ? new Secret(Buffer.from(bytes).toString('utf8')) : undefined
  } catch {
    return undefined
  }
}

function refusalOf({ count, threshold }: SplitOptions): OpsError | undefined {
  const no = (what: string, hint: string): OpsError => usageError('shares-refused', what, hint)
  if (!Number.isInteger(count) || !Number.isInteger(threshold) || count > MOST_SHARES || count < 2)
    return no(`a key is split into 2 to ${MOST_SHARES} shares, not into ${count}`, 'five shares, any three of which recover, are usual')
  if (threshold < 2)
    return no('each share would be the whole key', 'at least 2 shares have to be needed; for one, seal the backup to a passphrase')
  if (threshold > count)
    return no(`${threshold} of ${count} shares can never come together`, 'ask for as many shares as are needed, or more')
  return undefined
}

/**
 * The texts of `count` shares. Throws OpsError `shares-refused` (usage) for numbers that make no sense, `bundle-too-large` where a share would have
 * more than 999 lines.
 */
export async function splitIntoShares(text: Secret, options: SplitOptions): Promise<Secret[]> {
  const refused = refusalOf(options)
  if (refused !== undefined) throw refused
  const { count, threshold, labels } = options
  const secret = payload(text.reveal())
  if (secret.length >= MOST_SHARE_BYTES)
    throw usageError(
      'bundle-too-large',
      'there are too many keys for shares that a person could type',
      'seal the backup to recipients or to a passphrase',
    )
  const { split } = await import('shamir-secret-sharing')
  const shares = await split(secret, count, threshold)
  const set = encode32(randomBytes(10))
  const taken = new Date(options.taken).toISOString().replace(/\.\d+Z$/, 'Z')
  return shares.map((share, at) => shareText({ set, index: at + 1, count, threshold, taken }, labels, share))
}

const doNotFit = (shares: readonly Share[]): OpsError =>
  new OpsError({
    code: 'shares-do-not-fit',
    message: `${shares.map(({ where }) => where).join(', ')} are whole, but what they give together is not what was split`,
    hints: ['one of them is not of this backup, though it says so', 'put other shares of the set in its place, one after another'],
  })

/** Throws where shares cannot go together. */
function assertOneSet(shares: readonly Share[]): void {
  const [first] = shares
  if (first === undefined) throw usageError('shares-too-few', 'no share was given', 'give the shares of one set')
  const stranger = shares.find(({ set }) => set !== first.set)
  if (stranger !== undefined)
    throw usageError(
      'shares-of-two-sets',
      `${stranger.where} is of set ${grouped(stranger.set)}, ${first.where} of set ${grouped(first.set)}: shares of two backups never fit`,
      'give shares with the same Set',
    )
  const again = shares.find((share, at) => shares.findIndex(({ index }) => index === share.index) !== at)
  const before = shares.find(({ index }) => index === again?.index)
  if (again !== undefined)
    throw usageError(
      'share-twice',
      `${before?.where} and ${again.where} are both share ${again.index} of ${again.count}`,
      'give another one in its place',
    )
  const missing = first.threshold - shares.length
  if (missing > 0)
    throw usageError(
      'shares-too-few',
      `${missing} more ${missing === 1 ? 'share is' : 'shares are'} needed: there ${shares.length === 1 ? 'is' : 'are'} ${shares.length} of the ${first.threshold} that recover set ${grouped(first.set)}`,
      `given: share ${shares.map(({ index }) => index).join(', ')} of ${first.count}; any other will do`,
    )
}

async function combined(shares: readonly Share[]): Promise<Secret> {
  const { combine } = await import('shamir-secret-sharing')
  const secret = await combine(shares.map(({ data }) => new Uint8Array(Buffer.from(data.reveal(), 'base64')))).catch(() => undefined)
  const text = secret && unpack(secret)
  if (text === undefined) throw doNotFit(shares)
  return text
}

/**
 * The text of the bundle; of more shares than are needed each has to give it. Throws OpsError (usage) `shares-too-few` (says how many are missing),
 * `shares-of-two-sets`, `share-twice`, and `shares-do-not-fit` where the digest of the whole does not hold.
 */
export async function combineShares(shares: readonly Share[]): Promise<Secret> {
  assertOneSet(shares)
  const needed = shares[0]?.threshold ?? 0
  const text = await combined(shares.slice(0, needed))
  for (const share of shares.slice(needed)) await combined([...shares.slice(0, needed - 1), share])
  return text
}
