// Age identities as key files hold them: which there are, and the recipient of each. A private key leaves this module only in a `Secret`.
import { OpsError } from '../../errors.ts'
import { Secret } from '../../ports/secret.ts'

/** What an identity is: `x25519` and `hybrid` (post-quantum) are read by ourselves, `plugin` only by the age CLI with its plugin. */
export type IdentityKind = 'x25519' | 'hybrid' | 'plugin'

export interface Identity {
  readonly kind: IdentityKind
  /** `age1…`, `age1pq1…`: what names the key everywhere, and its fingerprint. Undefined for a plugin whose comment does not tell it. */
  readonly recipient: string | undefined
  /** The line of the key file. */
  readonly secret: Secret
}

const KINDS: readonly (readonly [RegExp, IdentityKind])[] = [
  [/^AGE-SECRET-KEY-1[0-9A-Z]+$/, 'x25519'],
  [/^AGE-SECRET-KEY-PQ-1[0-9A-Z]+$/, 'hybrid'],
  [/^AGE-PLUGIN-[0-9A-Z-]+1[0-9A-Z]+$/, 'plugin'],
]

const kindOf = (line: string): IdentityKind | undefined => KINDS.find(([shape]) => shape.test(line))?.[1]

const RECIPIENT_COMMENT = /^#\s*(?:public key|recipient):\s*(age1[0-9a-z]+)\s*$/i

async function recipientOf(line: string, kind: IdentityKind, said: string | undefined): Promise<string | undefined> {
  if (kind === 'plugin') return said
  const { identityToRecipient } = await import('age-encryption')
  return await identityToRecipient(line)
}

/**
 * The identities of a key file in age's own format: one a line, comments with `#`, blank lines. `where` names the file or the Secret entry in errors.
 * Throws OpsError `key-file-malformed`, which names the line by number and never by its text.
 */
export async function parseIdentities(text: string, where: string): Promise<Identity[]> {
  const found: Identity[] = []
  let said: string | undefined
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) {
      said = RECIPIENT_COMMENT.exec(line)?.[1] ?? said
      continue
    }
    const malformed = (cause?: unknown) =>
      new OpsError({
        code: 'key-file-malformed',
        message: `${where}: line ${index + 1} is no age identity`,
        hints: ['a key file has one AGE-SECRET-KEY-1… a line, comments begin with #', 'age-keygen -y shows what it holds'],
        ...(cause === undefined ? {} : { cause }),
      })
    const kind = kindOf(line)
    if (kind === undefined) throw malformed()
    try {
      found.push({ kind, recipient: await recipientOf(line, kind, said), secret: new Secret(line) })
    } catch (error) {
      throw error instanceof OpsError ? error : malformed()
    }
    said = undefined
  }
  return found
}
