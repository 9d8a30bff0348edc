// Age identities as key files hold them: which there are, and the recipient of each. A private key leaves this module only in a `Secret`.
// Lines are read as strictly as age, sops and Flux read them (age parse.go, sops age/keysource.go): what they refuse is no key to them.
import { OpsError } from '../../errors.ts'
import { Secret } from '../../ports/secret.ts'
import { bech32Prefix } from './bech32.ts'

/** What an identity is: `x25519` and `hybrid` (post-quantum) are read by ourselves, `plugin` only by the age CLI with its plugin. */
export type IdentityKind = 'x25519' | 'hybrid' | 'plugin'

export interface Identity {
  readonly kind: IdentityKind
  /** `age1…`, `age1pq1…`: what names the key everywhere, and its fingerprint. Of a plugin what the comment above it says, undefined without one. */
  readonly recipient: string | undefined
  /** The line of the key file. */
  readonly secret: Secret
}

/** A Kubernetes Secret holds no more; age itself stops at 16 MiB. */
const LARGEST = 2 ** 20

function kindOf(line: string): IdentityKind | undefined {
  const prefix = bech32Prefix(line)
  if (prefix === 'AGE-SECRET-KEY-') return 'x25519'
  if (prefix === 'AGE-SECRET-KEY-PQ-') return 'hybrid'
  return prefix !== undefined && /^AGE-PLUGIN-[0-9A-Z+._-]+-$/.test(prefix) ? 'plugin' : undefined
}

/** The identity of one line; undefined where it is none. `said` is the recipient that a comment gives it: needed for plugins alone. */
export async function readIdentity(line: string, said: string | undefined): Promise<Identity | undefined> {
  const kind = kindOf(line)
  if (kind === undefined) return undefined
  if (kind === 'plugin') return { kind, recipient: said, secret: new Secret(line) }
  const { identityToRecipient } = await import('age-encryption')
  try {
    return { kind, recipient: await identityToRecipient(line), secret: new Secret(line) }
  } catch {
    // Its message may hold the key.
    return undefined
  }
}

/** The recipient that a comment line names, as age-keygen and the plugins write it: `# public key: age1…`, `# Recipient: age1…`. */
export function saidRecipient(line: string): string | undefined {
  const said = /^#\s*(?:public key|recipient):\s*(\S+)\s*$/i.exec(line)?.[1]
  return said?.startsWith('age1') && bech32Prefix(said) !== undefined ? said : undefined
}

/** The lines of a key file, without what Windows ends them with. */
export const keyFileLines = (text: string): string[] => text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))

const wrongFile = (code: string, message: string, ...hints: string[]): OpsError => new OpsError({ code, message, hints })

/** A file that is no key file at all, told apart by how it begins; undefined for what may be one. */
function otherFile(text: string, where: string): OpsError | undefined {
  const start = text.slice(0, 4_096).trimStart()
  if (start.startsWith('-----BEGIN AGE ENCRYPTED FILE-----') || start.startsWith('age-encryption.org/'))
    return wrongFile(
      'key-file-encrypted',
      `${where} is encrypted with age: its keys cannot be seen`,
      'open it first: age --decrypt FILE, with -i KEY where it is sealed to a key',
    )
  if (start.includes('ENC[AES256_GCM,'))
    return wrongFile('key-file-encrypted', `${where} is encrypted with sops: its keys cannot be seen`, 'open it first: sops decrypt FILE')
  if (/^-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/.test(start))
    return wrongFile(
      'key-file-ssh',
      `${where} is an SSH private key, not an age key file`,
      'age and sops can decrypt with it, Flux cannot',
      'an age identity is made by age-keygen',
    )
  if (start.includes('\0'))
    return wrongFile('key-file-malformed', `${where} is not UTF-8 text`, 'PowerShell writes UTF-16 with >; use age-keygen -o FILE')
  if (text.length > LARGEST) return wrongFile('key-file-too-large', `${where} is larger than 1 MiB: no key file is`, 'name the key file')
  return undefined
}

/** Why a line is no identity, without a character of it. */
function flaw(line: string): string {
  if (line.startsWith('\ufeff')) return 'begins with a byte-order mark, which age does not read'
  if (line.trim() === '' || line.trim().startsWith('#') || kindOf(line.trim()) !== undefined)
    return 'has spaces at its beginning or end, which age, sops and Flux do not read'
  if (line.startsWith('age1') || line.startsWith('ssh-')) return 'is a recipient (a public key), no identity'
  if (line.startsWith('AGE-')) return 'is a damaged identity: its checksum does not hold'
  return 'is no age identity'
}

/** OpsError `key-file-malformed` for a line that is no identity. */
export const unreadableLine = (where: string, number: number, line: string): OpsError =>
  wrongFile(
    'key-file-malformed',
    `${where}: line ${number} ${flaw(line)}`,
    'a key file has one AGE-SECRET-KEY-1… a line, comments begin with #',
    'age-keygen -y FILE shows what age reads in it',
  )

/**
 * The identities of a key file in age's own format: one a line, comments with `#`, blank lines. A file without one gives an empty list.
 * `where` names the file or the Secret entry in errors. Throws OpsError `key-file-malformed`, which names the line by number and never by its
 * text, `key-file-encrypted`, `key-file-ssh`, `key-file-too-large`.
 */
export async function parseIdentities(text: string, where: string): Promise<Identity[]> {
  const other = otherFile(text, where)
  if (other !== undefined) throw other
  const found: Identity[] = []
  let said: string | undefined
  for (const [index, line] of keyFileLines(text).entries()) {
    if (line === '' || line.startsWith('#')) {
      said = saidRecipient(line) ?? said
      continue
    }
    const identity = await readIdentity(line, said)
    if (identity === undefined) throw unreadableLine(where, index + 1, line)
    found.push(identity)
    said = undefined
  }
  return found
}
