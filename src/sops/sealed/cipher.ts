// One encrypted value of sops: AES-256-GCM with a nonce of 32 bytes, its path as additional data. Source: sops aes/cipher.go.
import { type CipherKey, createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** What sops decrypts a value to. */
export type ValueType = 'str' | 'int' | 'float' | 'bool' | 'time' | 'comment'

export interface ClearValue {
  readonly type: ValueType
  readonly bytes: Buffer
}

// `bytes` has a reader in sops and no writer; such a value makes it panic.
const TYPES: ReadonlySet<string> = new Set(['str', 'int', 'float', 'bool', 'time', 'comment'])
const BASE64 = '[A-Za-z0-9+/=]+'
// Not anchored at its end, as sops has it.
const SHAPE = new RegExp(`^ENC\\[AES256_GCM,data:(${BASE64}),iv:(${BASE64}),tag:(${BASE64}),type:([a-z]+)\\]`)
const NONCE_BYTES = 32
const TAG_BYTES = 16

export const isSealedValue = (text: string): boolean => SHAPE.test(text)

/** Where a value stands, as sops authenticates it: the keys of the mappings above it, positions in lists left out. */
export const additionalData = (path: readonly string[]): string => `${path.join(':')}:`

/** Undefined when the text is no encrypted value, or not one of this key at this place. */
export function openValue(text: string, key: CipherKey, additional: string): ClearValue | undefined {
  const [, data = '', nonce = '', tag = '', type = ''] = SHAPE.exec(text) ?? []
  if (!TYPES.has(type)) return undefined
  try {
    const authTag = Buffer.from(tag, 'base64')
    // A shorter tag would be easier to forge, and sops writes none.
    if (authTag.length !== TAG_BYTES) return undefined
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64'))
    decipher.setAAD(Buffer.from(additional))
    decipher.setAuthTag(authTag)
    return { type: type as ValueType, bytes: Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]) }
  } catch {
    return undefined
  }
}

export function sealValue({ type, bytes }: ClearValue, key: CipherKey, additional: string): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(additional))
  const data = Buffer.concat([cipher.update(bytes), cipher.final()])
  const [a, b, c] = [data, nonce, cipher.getAuthTag()].map((part) => part.toString('base64'))
  return `ENC[AES256_GCM,data:${a},iv:${b},tag:${c},type:${type}]`
}
