// Basic authentication, compared in constant time so that the password cannot be guessed byte by byte.
import { createHash, timingSafeEqual } from 'node:crypto'

export interface Credentials {
  readonly user: string
  readonly password: string
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** True when `header` is `Basic base64(user:password)` of exactly these credentials. */
export function isAuthorised(header: string | undefined, expected: Credentials): boolean {
  const encoded = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return false
  const given = Buffer.from(encoded, 'base64').toString('utf8')
  return timingSafeEqual(digest(given), digest(`${expected.user}:${expected.password}`))
}
