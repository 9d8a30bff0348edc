// A new age key, made in memory: it is in no file and no argument before somebody seals it or puts it where it belongs.
import { Secret } from '../../ports/secret.ts'
import type { Identity } from './identities.ts'

/** Kinds that Flux and sops read by themselves; `hybrid` is post-quantum. */
export type NativeKind = 'x25519' | 'hybrid'

export async function generateKey(kind: NativeKind): Promise<Identity & { readonly recipient: string }> {
  const { generateHybridIdentity, generateX25519Identity, identityToRecipient } = await import('age-encryption')
  const line = kind === 'hybrid' ? await generateHybridIdentity() : await generateX25519Identity()
  return { kind, recipient: await identityToRecipient(line), secret: new Secret(line) }
}

/** A key file as age-keygen writes it. `at`: RFC 3339. */
export const keyFileOf = ({ recipient, secret }: Identity, at: string): Secret =>
  new Secret(`# created: ${at}\n# public key: ${recipient ?? ''}\n${secret.reveal()}\n`)

const SAYS = /^#\s*(?:created|public key|recipient):/i

/**
 * The text without the line of one key, and without the comments right above it that speak of it; undefined when no key is left. Every other line
 * stays as it is.
 */
export function withoutKey(text: string, key: Identity): string | undefined {
  const lines = text.split('\n')
  const is = (line: string): boolean => line.trim() === key.secret.reveal()
  for (let at = lines.findIndex(is); at !== -1; at = lines.findIndex(is)) {
    let from = at
    while (from > 0 && SAYS.test(lines[from - 1] ?? '')) from -= 1
    lines.splice(from, at - from + 1)
  }
  return lines.some((line) => /^AGE-/.test(line.trim())) ? lines.join('\n') : undefined
}
