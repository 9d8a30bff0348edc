// Recipients: public keys that a backup is sealed to. Read here, each tried before it is believed; which of them we can seal to ourselves is
// `native`, for the others there is the age CLI.
import { type OpsError, usageError } from '../../errors.ts'
import { bech32Prefix } from './bech32.ts'
import { keyFileLines } from './identities.ts'
import { readSshRecipient } from './ssh-recipient.ts'

export type RecipientKind = 'x25519' | 'hybrid' | 'ssh' | 'plugin'

export interface Recipient {
  readonly kind: RecipientKind
  /** As age takes it, an SSH key without its comment. */
  readonly text: string
  /** Who it is, from the comment of an SSH key or the comment line right above it in a recipients file. */
  readonly name?: string
  /** Safe from a quantum computer; undefined for plugins, of which only the plugin knows. */
  readonly postQuantum: boolean | undefined
  /** Sealed to without the age CLI. */
  readonly native: boolean
}

const LARGEST_FILE = 2 ** 20
const LONGEST_NAME = 100

type Trait = Pick<Recipient, 'kind' | 'postQuantum' | 'native'>

/** By the prefix. Tagged recipients belong to hardware keys and need a plugin to open, not to seal. */
const KNOWN: Readonly<Record<string, Trait>> = {
  age: { kind: 'x25519', postQuantum: false, native: true },
  age1pq: { kind: 'hybrid', postQuantum: true, native: true },
  age1tag: { kind: 'plugin', postQuantum: false, native: true },
  age1tagpq: { kind: 'plugin', postQuantum: true, native: true },
}

function traitOf(text: string): Trait | undefined {
  const prefix = bech32Prefix(text)
  if (prefix === undefined) return undefined
  if (Object.hasOwn(KNOWN, prefix)) return KNOWN[prefix]
  return /^age1[a-z0-9+._-]+$/.test(prefix) ? { kind: 'plugin', postQuantum: undefined, native: false } : undefined
}

/** A key can be well spelled and still be none: it shows when something is sealed to it. */
async function canSeal(text: string): Promise<boolean> {
  const { Encrypter } = await import('age-encryption')
  try {
    const encrypter = new Encrypter()
    encrypter.addRecipient(text)
    await encrypter.encrypt('')
    return true
  } catch {
    return false
  }
}

const KINDS = 'age takes age1…, age1pq1…, age1PLUGIN1…, ssh-ed25519 and ssh-rsa'

function unreadable(where: string, text: string, flaw = 'is no recipient'): OpsError {
  if (/^AGE-|PRIVATE KEY/i.test(text))
    return usageError(
      'recipient-is-identity',
      `${where} is a private key, not a recipient`,
      'age-keygen -y FILE prints the recipient of a key',
    )
  return usageError('recipient-unreadable', `${where} ${flaw}`, KINDS)
}

/**
 * Reads one recipient. `where` names it in errors (`recipient 2`, `oncall.txt: line 3`), which never repeat it: it may be a key by mistake.
 * Throws OpsError `recipient-unreadable`, `recipient-is-identity` (usage).
 */
export async function readRecipient(given: string, where: string): Promise<Recipient> {
  const text = given.trim()
  if (/^(?:ssh-|ecdsa-|sk-)/.test(text)) {
    const verdict = readSshRecipient(text)
    if ('flaw' in verdict) throw unreadable(where, text, verdict.flaw)
    const name = verdict.comment.slice(0, LONGEST_NAME)
    return { kind: 'ssh', text: verdict.text, ...(name !== '' && { name }), postQuantum: false, native: false }
  }
  const trait = traitOf(text)
  if (trait === undefined && text.startsWith('age1')) throw unreadable(where, text, 'is a damaged recipient: its checksum does not hold')
  if (trait === undefined) throw unreadable(where, text)
  if (trait.native && !(await canSeal(text))) throw unreadable(where, text, 'is well spelled, but no key that age can seal to')
  return { ...trait, text }
}

/** Recipients as they were given, counted from 1 in errors. */
export async function readRecipients(given: readonly string[]): Promise<Recipient[]> {
  const found: Recipient[] = []
  for (const [index, text] of given.entries()) found.push(await readRecipient(text, `recipient ${index + 1}`))
  return found
}

/**
 * A recipients file, one a line, with comments. Throws as `readRecipient`, naming the line, and `recipients-missing` where there is none.
 */
export async function parseRecipientsFile(text: string, where: string): Promise<Recipient[]> {
  if (text.length > LARGEST_FILE) throw usageError('recipient-unreadable', `${where} is larger than 1 MiB: no recipients file is`, KINDS)
  const found: Recipient[] = []
  let comment: string | undefined
  for (const [index, raw] of keyFileLines(text).entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) {
      comment = line.replace(/^#+/, '').trim().slice(0, LONGEST_NAME)
      continue
    }
    const recipient = await readRecipient(line, `${where}: line ${index + 1}`)
    found.push(recipient.name === undefined && comment ? { ...recipient, name: comment } : recipient)
    comment = undefined
  }
  if (found.length === 0) throw usageError('recipients-missing', `${where} names no recipient`, KINDS)
  return found
}
