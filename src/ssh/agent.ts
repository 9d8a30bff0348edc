// What an agent answers (draft-miller-ssh-agent). It holds the keys that it is given, and gives none of them away.
import { type KeyObject, sign } from 'node:crypto'
import { readPrivateFields } from './private-key.ts'
import { type PublicKey, publicOf } from './public-key.ts'
import { count, Fields, field, number } from './wire.ts'

export interface HeldKey {
  readonly public: PublicKey
  readonly key: KeyObject
}

const LIST = 11
const LISTED = 12
const SIGN = 13
const SIGNED = 14
const ADD = 17
const ADD_CONSTRAINED = 25
const SUCCESS = 6
const FAILURE = 5

const RSA_SHA2_256 = 2
const RSA_SHA2_512 = 4

const CURVE_HASH: Readonly<Record<string, string>> = {
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
}

const signature = (name: string, bytes: Uint8Array): Buffer => Buffer.concat([field(name), field(bytes)])

function signed({ public: { type }, key }: HeldKey, data: Buffer, flags: number): Buffer {
  if (type === 'ssh-ed25519') return signature(type, sign(null, data, key))
  const hash = CURVE_HASH[type]
  if (hash !== undefined) {
    const both = sign(hash, data, { key, dsaEncoding: 'ieee-p1363' })
    const half = both.length / 2
    return signature(type, Buffer.concat([number(both.subarray(0, half)), number(both.subarray(half))]))
  }
  if ((flags & RSA_SHA2_512) !== 0) return signature('rsa-sha2-512', sign('sha512', data, key))
  if ((flags & RSA_SHA2_256) !== 0) return signature('rsa-sha2-256', sign('sha256', data, key))
  return signature(type, sign('sha1', data, key))
}

const list = (keys: readonly HeldKey[]): Buffer =>
  Buffer.concat([Buffer.from([LISTED]), count(keys.length), ...keys.flatMap((each) => [field(each.public.blob), field('')])])

function signWith(keys: readonly HeldKey[], fields: Fields): Buffer | undefined {
  const blob = fields.field()
  const held = keys.find((each) => each.public.blob.equals(blob))
  if (held === undefined) return undefined
  return Buffer.concat([Buffer.from([SIGNED]), field(signed(held, fields.field(), fields.count()))])
}

function add(keys: HeldKey[], fields: Fields): Buffer | undefined {
  const key = readPrivateFields(fields)
  const found = key === undefined ? undefined : publicOf(key)
  if (key === undefined || found === undefined) return undefined
  keys.push({ public: found, key })
  return Buffer.from([SUCCESS])
}

/** The body of an answer, without its length. `keys`: what is held; one that is added is put into it. */
export function answer(keys: HeldKey[], message: Buffer): Buffer {
  try {
    const fields = new Fields(message)
    const [type] = fields.take(1)
    const said =
      type === LIST
        ? list(keys)
        : type === SIGN
          ? signWith(keys, fields)
          : type === ADD || type === ADD_CONSTRAINED
            ? add(keys, fields)
            : undefined
    return said ?? Buffer.from([FAILURE])
  } catch {
    return Buffer.from([FAILURE])
  }
}
